/**
 * A least-squares solver by Cholesky factorisation, but for the factorisation itself: scaling, the
 * decision whether a system is singular, estimates of conditions, and residuals. A solver brings
 * the factor and a matrix product, in whatever memory it computes.
 */
@NullMarked
package dev.pleas.backend.cholesky;

import org.jspecify.annotations.NullMarked;
