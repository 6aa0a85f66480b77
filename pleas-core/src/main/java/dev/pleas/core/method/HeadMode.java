package dev.pleas.core.method;

/** What becomes of the layers that make the networks' outputs. */
enum HeadMode {
  /** Shared where both have as many classes, separate otherwise. */
  AUTO,
  /** One label space: one head. */
  SHARED,
  /** Different label spaces: each source keeps its head, the result has both outputs. */
  SEPARATE
}
