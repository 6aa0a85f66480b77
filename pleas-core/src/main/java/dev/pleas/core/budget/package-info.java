/** What a network costs, and how many units of each group a budget lets apart. */
@NullMarked
package dev.pleas.core.budget;

import org.jspecify.annotations.NullMarked;
