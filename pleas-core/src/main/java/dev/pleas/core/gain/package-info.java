/** What merging the units of a group would change in the networks' outputs, measured on data. */
@NullMarked
package dev.pleas.core.gain;

import org.jspecify.annotations.NullMarked;
