/**
 * Image data sets, from files to network inputs: IDX, the CIFAR binaries and folders of images,
 * read through torchvision's preprocessing (resize, centre crop, mean and standard deviation).
 * Decoding and resizing follow Pillow to the last bit wherever the decoders allow it, because a
 * network calibrated or judged on slightly different pixels is a slightly different network. {@link
 * dev.pleas.models.data.ImageData#open} is the way in.
 */
@NullMarked
package dev.pleas.models.data;

import org.jspecify.annotations.NullMarked;
