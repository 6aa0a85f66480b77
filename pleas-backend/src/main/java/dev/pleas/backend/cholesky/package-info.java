/**
 * A least-squares solver by Cholesky factorisation, but for the factorisation itself: scaling, the
 * decision whether a system is singular, estimates of its condition, and the residual. A backend
 * brings the factor and a matrix product.
 */
@NullMarked
package dev.pleas.backend.cholesky;

import org.jspecify.annotations.NullMarked;
