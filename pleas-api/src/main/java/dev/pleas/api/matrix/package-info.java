/** Dense float64 matrices as exchanged with matchers and solvers. */
@NullMarked
package dev.pleas.api.matrix;

import org.jspecify.annotations.NullMarked;
