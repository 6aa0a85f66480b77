/**
 * The contract of a matcher: a square similarity matrix to the permutation of largest total
 * similarity.
 */
@NullMarked
package dev.pleas.api.match;

import org.jspecify.annotations.NullMarked;
