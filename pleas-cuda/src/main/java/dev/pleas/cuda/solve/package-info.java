/** Least squares on a GPU: Cholesky factorisation in float64 by cuSOLVER. */
@NullMarked
package dev.pleas.cuda.solve;

import org.jspecify.annotations.NullMarked;
