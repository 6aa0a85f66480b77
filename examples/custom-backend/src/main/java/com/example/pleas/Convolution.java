package com.example.pleas;

import java.util.stream.IntStream;

/**
 * Products of filters with patches, some positions at a time: the patches of a tile stay in the
 * cache while every filter passes over them.
 */
final class Convolution {
  private static final int TILE = 256;

  private Convolution() {}

  /**
   * y[n, k, l] += Σᵣ weight[k, r]·patches[n, r, l], where a group of filters sees the patches of
   * its own channels.
   *
   * @param y [samples, filters, positions]
   * @param weight [filters, …]
   */
  static void addTo(
      float[] y, int samples, float[] weight, int filters, Patches patches, int groups) {
    int positions = patches.positions();
    int tiles = (positions + TILE - 1) / TILE;
    int channels = patches.channels() / groups;
    int filtersOfGroup = filters / groups;
    int taps = filters == 0 ? 0 : weight.length / filters;
    IntStream.range(0, samples * groups * tiles)
        .parallel()
        .forEach(
            item -> {
              int sample = item / tiles / groups;
              int group = item / tiles % groups;
              int from = item % tiles * TILE;
              int to = Math.min(from + TILE, positions);
              float[] tile = new float[taps * (to - from)];
              patches.write(sample, group * channels, channels, from, to, tile, 0);
              for (int f = 0; f < filtersOfGroup; f++) {
                int filter = group * filtersOfGroup + f;
                int row = (sample * filters + filter) * positions + from;
                for (int r = 0; r < taps; r++) {
                  float factor = weight[filter * taps + r];
                  int tileRow = r * (to - from);
                  for (int l = 0; l < to - from; l++) {
                    y[row + l] += factor * tile[tileRow + l];
                  }
                }
              }
            });
  }
}
