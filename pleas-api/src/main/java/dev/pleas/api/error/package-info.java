/**
 * What can go wrong, as one unchecked hierarchy whose messages say what, expected, found, where and
 * the remedy.
 */
@NullMarked
package dev.pleas.api.error;

import org.jspecify.annotations.NullMarked;
