package dev.pleas.models.data;

import dev.pleas.api.error.ConfigurationException;
import java.util.List;

/**
 * How an image becomes a network input. In this order: conversion to {@code channels},
 * torchvision's {@code Resize(resize)} (the shorter side, antialiased bilinear), {@code
 * CenterCrop(crop)} (padded with black where the image is smaller), division by 255, {@code
 * Normalize(mean, std)} in float32.
 *
 * @param mean what is subtracted, on the scale 0 … 1: one value for all channels or one per channel
 * @param std what is divided by, after that: one value for all channels or one per channel;
 *     positive
 * @param resize pixels of the shorter side afterwards; 0 leaves the size
 * @param crop pixels of both sides afterwards; 0 leaves the size
 * @param channels 1 for grayscale (0.299 R + 0.587 G + 0.114 B), 3 for RGB, 0 for what is stored
 */
public record Preprocessing(List<Float> mean, List<Float> std, int resize, int crop, int channels) {
  /**
   * The longest side that can be asked for: a mistyped one must not ask for all memory there is.
   */
  private static final int LONGEST_SIDE = 16_384;

  /**
   * Copies the lists and checks every setting for itself; whether the lists fit the channels shows
   * when the data is opened.
   *
   * @throws ConfigurationException if a setting is out of range, naming it
   */
  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    refuseEmpty("mean", mean);
    refuseEmpty("std", std);
    for (float m : mean) {
      if (!Float.isFinite(m)) {
        throw new ConfigurationException("mean: expected finite numbers, found " + mean);
      }
    }
    for (float s : std) {
      if (!Float.isFinite(s) || s <= 0) {
        throw new ConfigurationException("std: expected finite numbers above 0, found " + std);
      }
    }
    refuseSide("resize", resize);
    refuseSide("crop", crop);
    if (channels != 0 && channels != 1 && channels != 3) {
      throw new ConfigurationException(
          "channels: expected 1 (grayscale), 3 (RGB) or 0 (as stored), found " + channels);
    }
  }

  private static void refuseSide(String name, int pixels) {
    if (pixels < 0 || pixels > LONGEST_SIDE) {
      throw new ConfigurationException(
          name
              + ": expected pixels from 1 to "
              + LONGEST_SIDE
              + ", or 0 for none, found "
              + pixels);
    }
  }

  private static void refuseEmpty(String name, List<Float> values) {
    if (values.isEmpty()) {
      throw new ConfigurationException(
          name + ": expected one number, or one per channel, found none");
    }
  }
}
