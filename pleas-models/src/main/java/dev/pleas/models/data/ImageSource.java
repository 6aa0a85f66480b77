package dev.pleas.models.data;

import java.util.List;

/** A finite sequence of stored images, with labels or without. Safe for use by several threads. */
interface ImageSource {
  /** Returns how many images there are; at least 1. */
  int count();

  /**
   * Returns an image as it is stored.
   *
   * @throws dev.pleas.api.error.DataException if it cannot be read
   */
  PixelImage read(int index);

  /** Returns whether all images have the shape of the first, by the format's own nature. */
  boolean uniform();

  /**
   * Returns height and width of an image, from its header where that is cheaper than decoding.
   *
   * @throws dev.pleas.api.error.DataException if it cannot be read
   */
  Size size(int index);

  /** Returns what to call an image in a message. */
  String name(int index);

  /** Returns what to call the data in a message. */
  String name();

  /** Returns whether there are labels. */
  boolean labeled();

  /** Returns the label of an image, less than the number of class names. */
  int label(int index);

  /** Returns the names of all classes there are; empty without labels. */
  List<String> classNames();

  /** Pixels of an image's sides. */
  record Size(int height, int width) {}
}
