/**
 * Statistics of calibration data in files: made once, added up, and used by any number of merges.
 */
@NullMarked
package dev.pleas.cli.statistics;

import org.jspecify.annotations.NullMarked;
