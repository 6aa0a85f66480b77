/**
 * The tensor backend {@code ejml}: Java arrays and Java loops, no native library, so it runs
 * wherever a Java virtual machine does.
 */
@NullMarked
package dev.pleas.cpu.ejml;

import org.jspecify.annotations.NullMarked;
