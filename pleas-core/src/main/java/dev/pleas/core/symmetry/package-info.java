/**
 * Which axes of a network move together under a permutation of its units: derived from the graph,
 * applied to weights, proved on the actual network.
 */
@NullMarked
package dev.pleas.core.symmetry;

import org.jspecify.annotations.NullMarked;
