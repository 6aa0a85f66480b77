package dev.pleas.core.refit;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.Layouts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Part of a layer that is fitted by moments of its own. Groups of a convolution have nothing in
 * common, so many of them, as of a depthwise one, need not have one matrix of moments: for C
 * channels under t taps it would have (C·t)² entries, of which C·t² are of use.
 *
 * @param form of the part's weight
 * @param firstOutput the first of its outputs
 * @param firstInput the first of its input channels
 */
record LayerPart(WeightMatrix form, int firstOutput, int firstInput) {
  /** Groups go together up to so many columns: products of smaller matrices are no faster. */
  private static final int COLUMNS = 128;

  /**
   * A part and what it is fitted by.
   *
   * @param moments of its inputs and outputs
   */
  record Data(LayerPart part, SplitMoments moments) {}

  /** Returns all of a layer as one part. */
  static LayerPart whole(Layer layer) {
    return new LayerPart(layer.form(), 0, 0);
  }

  /** Returns the parts of a layer, in order. */
  static List<LayerPart> of(Layer layer) {
    WeightMatrix form = layer.form();
    Shape shape = form.shape();
    int groups = form.groups();
    int together = Math.max(1, COLUMNS / Math.max(1, form.rows() / groups));
    if (together >= groups) {
      return List.of(whole(layer));
    }
    int outputs = shape.dim(0) / groups;
    List<LayerPart> parts = new ArrayList<>();
    for (int first = 0; first < groups; first += together) {
      int count = Math.min(together, groups - first);
      WeightMatrix part = new WeightMatrix(shape.with(0, count * outputs), count);
      parts.add(new LayerPart(part, first * outputs, first * shape.dim(1)));
    }
    return parts;
  }

  /** Returns the number of outputs. */
  int outputs() {
    return form.shape().dim(0);
  }

  /** Returns its outputs' numbers in the layer. */
  int[] outputIndices() {
    return IntStream.range(firstOutput, firstOutput + outputs()).toArray();
  }

  /** Returns its input channels' numbers in the layer. */
  int[] inputIndices() {
    int channels = form.shape().dim(1) * form.groups();
    return IntStream.range(firstInput, firstInput + channels).toArray();
  }

  /** Returns its systems: those of the layer if it is all of it, else one for each group. */
  List<LayerSystem> systems(Layer layer, Layouts layouts) {
    return layer.form().groups() == 1
        ? LayerSystem.of(layouts.ofValue(layer.name()), layouts.ofValue(layer.input()), form.taps())
        : LayerSystem.ofGroups(form);
  }

  /** Returns its part of the layer's weight. */
  HostTensor weight(HostTensor whole) {
    int from = firstOutput * Math.toIntExact(whole.shape().elementsFrom(1));
    int length = Math.toIntExact(form.shape().elements());
    return HostTensor.wrap(form.shape(), Arrays.copyOfRange(whole.values(), from, from + length));
  }

  /** Returns its part of what the layer has for each output. */
  double[] ofOutputs(double[] whole) {
    return Arrays.copyOfRange(whole, firstOutput, firstOutput + outputs());
  }
}
