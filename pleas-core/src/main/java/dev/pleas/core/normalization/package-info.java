/** Batch normalization statistics of the merged network. */
@NullMarked
package dev.pleas.core.normalization;

import org.jspecify.annotations.NullMarked;
