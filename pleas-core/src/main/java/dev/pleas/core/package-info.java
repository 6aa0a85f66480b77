/**
 * The merging algorithms, written against the contracts of {@code dev.pleas.api} alone. Each stage
 * of a merge is a package of its own below this one: what may be permuted, which units of two
 * networks go together, how wide the merged network becomes, and the weights that it gets.
 */
@NullMarked
package dev.pleas.core;

import org.jspecify.annotations.NullMarked;
