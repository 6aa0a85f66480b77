/** The block layout of merged and apart units, and the initial weights in it. */
@NullMarked
package dev.pleas.core.partial;

import org.jspecify.annotations.NullMarked;
