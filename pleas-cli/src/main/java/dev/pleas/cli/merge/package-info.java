/** A merge from its plan to its outcome, before anything is written. */
@NullMarked
package dev.pleas.cli.merge;

import org.jspecify.annotations.NullMarked;
