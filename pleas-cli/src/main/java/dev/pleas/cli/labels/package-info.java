/** What classes are called, in networks and in data. */
@NullMarked
package dev.pleas.cli.labels;

import org.jspecify.annotations.NullMarked;
