/**
 * A strict stand-in for the CUDA libraries: built from C++ before the tests, set and read through a
 * control file. It shows call by call that code keeps the rules of CUDA where there is no GPU.
 */
@NullMarked
package dev.pleas.cuda.standin;

import org.jspecify.annotations.NullMarked;
