/**
 * The contract of a tensor backend: float32 tensors with explicit lifetime, the operations that run
 * a graph, and the accumulators of moments.
 */
@NullMarked
package dev.pleas.api.backend;

import org.jspecify.annotations.NullMarked;
