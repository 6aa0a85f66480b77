package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Runs models with ONNX Runtime, which knows nothing of this project. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** Writes a network, runs it, and returns its outputs in the order of the file. */
  public static Map<String, HostTensor> run(Model model, Map<String, HostTensor> inputs) {
    try {
      Path folder = Files.createTempDirectory("onnx");
      Path file = folder.resolve("model.onnx");
      try {
        new OnnxWriter("test").write(file, model, Map.of());
        return run(file, inputs);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a file and returns its outputs in the order of the file. */
  public static Map<String, HostTensor> run(Path file, Map<String, HostTensor> inputs) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(file.toString(), options)) {
        return run(environment, session, inputs);
      }
    } catch (OrtException e) {
      throw new AssertionError(file + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, HostTensor> run(
      OrtEnvironment environment, OrtSession session, Map<String, HostTensor> inputs)
      throws OrtException {
    Map<String, OnnxTensorLike> given = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
        boolean ids =
            ((TensorInfo) session.getInputInfo().get(input.getKey()).getInfo()).type
                == OnnxJavaType.INT64;
        given.put(input.getKey(), tensor(environment, input.getValue(), ids));
      }
      Map<String, HostTensor> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(given)) {
        for (Map.Entry<String, ?> output : result) {
          outputs.put(output.getKey(), host((OnnxTensor) output.getValue()));
        }
      }
      return outputs;
    } finally {
      given.values().forEach(OnnxTensorLike::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, HostTensor host, boolean ids)
      throws OrtException {
    long[] dims = dims(host.shape());
    if (!ids) {
      return OnnxTensor.createTensor(environment, FloatBuffer.wrap(host.values()), dims);
    }
    long[] whole = new long[host.values().length];
    Arrays.setAll(whole, i -> (long) host.values()[i]);
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(whole), dims);
  }

  private static long[] dims(Shape shape) {
    return shape.toList().stream().mapToLong(dim -> dim).toArray();
  }

  private static HostTensor host(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    int[] dims = LongStream.of(tensor.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
    return HostTensor.wrap(Shape.of(dims), values);
  }

  /** Returns normally distributed inputs. */
  public static Map<String, HostTensor> images(Model model, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> images = new LinkedHashMap<>();
    model
        .graph()
        .inputs()
        .forEach(
            (name, shape) -> {
              float[] values = new float[Math.toIntExact(count * shape.elements())];
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
              }
              images.put(name, HostTensor.wrap(shape.prepend(count), values));
            });
    return images;
  }

  /**
   * Asserts that outputs are the expected ones, in order.
   *
   * @param expected as the graph has them
   * @param tolerance of the largest difference, relative to the largest expected value
   */
  public static void compare(
      Map<String, Plain> expected, Map<String, HostTensor> found, double tolerance) {
    assertThat(List.copyOf(found.keySet())).isEqualTo(List.copyOf(expected.keySet())).isNotEmpty();
    expected.forEach(
        (output, values) -> {
          Plain want = channelsLast(values);
          Plain got = Plain.of(found.get(output));
          assertThat(got.shape()).as(output).isEqualTo(want.shape());
          assertThat(got.distance(want))
              .as(output)
              .isLessThanOrEqualTo(tolerance * Math.max(1, want.largest()));
        });
  }

  /** ONNX has [N, T, C] where a graph has [N, C, T]. */
  private static Plain channelsLast(Plain x) {
    if (x.shape().rank() != 3) {
      return x;
    }
    int length = x.dim(2);
    double[] turned = new double[x.values().length];
    for (int i = 0; i < turned.length; i++) {
      int n = i / x.dim(1) / length;
      turned[i] = x.get(n, i % x.dim(1), i / x.dim(1) % length);
    }
    return new Plain(Shape.of(x.dim(0), length, x.dim(1)), turned);
  }
}
