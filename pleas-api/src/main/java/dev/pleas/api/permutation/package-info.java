/** Permutations and the groups of axes that move together under them. */
@NullMarked
package dev.pleas.api.permutation;

import org.jspecify.annotations.NullMarked;
