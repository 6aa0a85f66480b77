/**
 * Vision transformers: one canonical graph for the layouts of torchvision, timm, Hugging Face and
 * CLIP.
 */
@NullMarked
package dev.pleas.models.vit;

import org.jspecify.annotations.NullMarked;
