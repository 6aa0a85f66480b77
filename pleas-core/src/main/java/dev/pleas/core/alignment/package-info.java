/** From moments to a similarity matrix for each group, and by a matcher to a permutation. */
@NullMarked
package dev.pleas.core.alignment;

import org.jspecify.annotations.NullMarked;
