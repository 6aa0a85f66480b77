/**
 * The matcher of the CPU module: linear assignment by shortest augmenting paths, exact and without
 * any memory that grows with the square of the size.
 */
@NullMarked
package dev.pleas.cpu.match;

import org.jspecify.annotations.NullMarked;
