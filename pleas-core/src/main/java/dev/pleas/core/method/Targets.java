package dev.pleas.core.method;

import dev.pleas.api.merge.MethodParameter;

/** What a layer whose output is added to a residual stream is fitted to. */
enum Targets {
  /** The stream with the layer's output added, so that it makes up for earlier errors there. */
  STREAM,
  /** The layer's own output, averaged over the sources (the paper's). */
  AVERAGED;

  static final MethodParameter PARAMETER =
      new MethodParameter(
          "targets",
          "stream",
          "what a layer that adds to a residual stream is fitted to, averaged over the sources:"
              + " stream (the stream after it, so that it makes up for earlier errors there; needs"
              + " refit = merged), averaged (its own output)");
}
