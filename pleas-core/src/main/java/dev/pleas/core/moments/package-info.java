/**
 * Running networks over calibration data and adding up what the later stages need of their
 * activations. Moments add up over any split of the data; nothing after this stage sees images.
 */
@NullMarked
package dev.pleas.core.moments;

import org.jspecify.annotations.NullMarked;
