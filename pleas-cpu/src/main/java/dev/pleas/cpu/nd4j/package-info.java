/**
 * The tensor backend {@code nd4j}: memory outside the Java heap, convolutions by the oneDNN kernels
 * that ND4J's native library carries, products by OpenBLAS.
 */
@NullMarked
package dev.pleas.cpu.nd4j;

import org.jspecify.annotations.NullMarked;
