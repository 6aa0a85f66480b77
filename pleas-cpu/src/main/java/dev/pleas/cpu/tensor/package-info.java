/**
 * What every tensor backend on the CPU shares: checking, ownership of tensors and scopes, and the
 * operations that move memory rather than multiply. {@link dev.pleas.cpu.tensor.CpuBackend} is
 * completed by a memory and a matrix product.
 */
@NullMarked
package dev.pleas.cpu.tensor;

import org.jspecify.annotations.NullMarked;
