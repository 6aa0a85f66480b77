/**
 * The least-squares solvers of the CPU module: Cholesky in pure Java ({@code ejml}) and through
 * OpenBLAS ({@code openblas}), which share everything but the kernels, and an eigendecomposition
 * for singular systems ({@code commons-math}).
 */
@NullMarked
package dev.pleas.cpu.solve;

import org.jspecify.annotations.NullMarked;
