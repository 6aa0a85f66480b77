/** A network as data: typed operations over named parameters, in execution order. */
@NullMarked
package dev.pleas.api.graph;

import org.jspecify.annotations.NullMarked;
