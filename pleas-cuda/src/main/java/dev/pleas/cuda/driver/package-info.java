/**
 * The CUDA driver and the libraries beside it: whether they are here, devices, contexts, memory and
 * transfers. Every call's status is checked, and what was made is given back in every case.
 */
@NullMarked
package dev.pleas.cuda.driver;

import org.jspecify.annotations.NullMarked;
