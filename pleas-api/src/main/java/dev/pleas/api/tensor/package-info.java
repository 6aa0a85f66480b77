/**
 * Shapes, element types and tensors on the host: the values that checkpoints, graphs and backends
 * exchange.
 */
@NullMarked
package dev.pleas.api.tensor;

import org.jspecify.annotations.NullMarked;
