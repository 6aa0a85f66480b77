/**
 * What runs on the CPU: tensor backends on ND4J (native libraries, fast) and on EJML (pure Java,
 * runs anywhere), the assignment matcher, and least-squares solvers. Nothing here knows the merging
 * algorithms; everything is found through {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.pleas.cpu;

import org.jspecify.annotations.NullMarked;
