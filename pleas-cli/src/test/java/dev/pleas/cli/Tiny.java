package dev.pleas.cli;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Small random networks and images: a merge of them takes a moment. */
final class Tiny {
  private static final int[] WIDTHS = {4, 6, 8};

  private Tiny() {}

  /** Writes a CIFAR-style ResNet of three blocks, with statistics that are not trivial. */
  static Path network(Path file, long seed, int channels, int classes) {
    return network(file, seed, channels, classes, WIDTHS[1]);
  }

  static Path network(Path file, long seed, int channels, int classes, int middleWidth) {
    return write(file, tensors(seed, channels, classes, middleWidth), DType.F32);
  }

  static Map<String, HostTensor> tensors(long seed, int channels, int classes, int middleWidth) {
    int[] widths = {WIDTHS[0], middleWidth, WIDTHS[2]};
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(seed);
    conv(tensors, random, "conv1", "bn1", widths[0], channels, 3);
    for (int stage = 0; stage < 3; stage++) {
      String block = "layer" + (stage + 1) + ".0.";
      int in = widths[Math.max(0, stage - 1)];
      conv(tensors, random, block + "conv1", block + "bn1", widths[stage], in, 3);
      conv(tensors, random, block + "conv2", block + "bn2", widths[stage], widths[stage], 3);
      if (stage > 0) {
        conv(tensors, random, block + "downsample.0", block + "downsample.1", widths[stage], in, 1);
      }
    }
    add(tensors, random, "fc.weight", 0, 1, classes, widths[2]);
    add(tensors, random, "fc.bias", 0, 1, classes);
    return tensors;
  }

  static Path write(Path file, Map<String, HostTensor> tensors, DType type) {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> infos.put(name, new TensorInfo(type, tensor.shape())));
    infos.replaceAll(
        (name, info) -> name.endsWith("tracked") ? new TensorInfo(DType.I64, info.shape()) : info);
    new SafetensorsProvider()
        .create()
        .write(
            file,
            infos,
            name -> StoredTensors.of(tensors.get(name), infos.get(name).dtype(), name),
            Map.of("format", "pt"));
    return file;
  }

  private static void conv(
      Map<String, HostTensor> tensors,
      SplittableRandom random,
      String conv,
      String norm,
      int out,
      int in,
      int kernel) {
    add(
        tensors,
        random,
        conv + ".weight",
        0,
        Math.sqrt(3.0 / (in * kernel * kernel)),
        out,
        in,
        kernel,
        kernel);
    add(tensors, random, norm + ".weight", 1, 0.3, out);
    add(tensors, random, norm + ".bias", 0, 0.3, out);
    add(tensors, random, norm + ".running_mean", 0, 0.1, out);
    add(tensors, random, norm + ".running_var", 1, 0.3, out);
    tensors.put(norm + ".num_batches_tracked", HostTensor.wrap(Shape.of(), new float[] {42}));
  }

  private static void add(
      Map<String, HostTensor> tensors,
      SplittableRandom random,
      String name,
      double centre,
      double spread,
      int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (centre + spread * (2 * random.nextDouble() - 1));
    }
    tensors.put(name, HostTensor.wrap(shape, values));
  }

  /** Writes gzip IDX images of 8×8 pixels, and their labels beside them; returns the images. */
  static Path images(Path folder, String name, int count, int classes) throws IOException {
    SplittableRandom random = new SplittableRandom(count);
    Path images = folder.resolve(name + "-images-idx3-ubyte.gz");
    try (DataOutputStream out = open(images)) {
      out.writeInt(0x803);
      out.writeInt(count);
      out.writeInt(8);
      out.writeInt(8);
      for (int i = 0; i < count * 64; i++) {
        out.writeByte(random.nextInt(256));
      }
    }
    try (DataOutputStream out = open(folder.resolve(name + "-labels-idx1-ubyte.gz"))) {
      out.writeInt(0x801);
      out.writeInt(count);
      for (int i = 0; i < count; i++) {
        out.writeByte(i % classes);
      }
    }
    return images;
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)));
  }
}
