/** The inputs that a merge is calibrated on. */
@NullMarked
package dev.pleas.api.data;

import org.jspecify.annotations.NullMarked;
