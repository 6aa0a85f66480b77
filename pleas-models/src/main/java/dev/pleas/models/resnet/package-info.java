/**
 * ResNets (arXiv:1512.03385) with torchvision's tensor names: the ImageNet networks, wide and
 * grouped variants, CIFAR-style networks, and any other widths and depths of the same build.
 */
@NullMarked
package dev.pleas.models.resnet;

import org.jspecify.annotations.NullMarked;
