/**
 * The {@code pleas} command: its options, progress and reports. It puts the other modules together
 * and is used by none.
 */
@NullMarked
package dev.pleas.cli;

import org.jspecify.annotations.NullMarked;
