/** Merges of the same networks at many budgets: accuracy against cost. */
@NullMarked
package dev.pleas.cli.sweep;

import org.jspecify.annotations.NullMarked;
