package dev.pleas.core.refit;

/** Where the inputs of a layer's least-squares problem come from. */
public enum RefitInputs {
  /**
   * From the merged network as refitted so far, in execution order, so that later layers correct
   * what earlier ones got wrong (our departure from the paper).
   */
  MERGED,
  /** From the sources, averaged over merged units (the paper's): layers are independent. */
  SOURCES,
  /** No refit: the initial weights stay. */
  NONE
}
