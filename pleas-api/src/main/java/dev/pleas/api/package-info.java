/**
 * The contracts of PLeaS for Java and the values they exchange. Nothing in this module computes a
 * merge; a backend, matcher, solver, architecture, file format or merge method is added by putting
 * a jar on the classpath that names an implementation of one of the provider interfaces in {@code
 * META-INF/services}.
 *
 * <p>Conventions that hold everywhere: tensors are row-major; images are NCHW; a permutation {@code
 * p} takes input index {@code p[i]} to output index {@code i}; types are immutable unless they say
 * otherwise.
 */
@NullMarked
package dev.pleas.api;

import org.jspecify.annotations.NullMarked;
