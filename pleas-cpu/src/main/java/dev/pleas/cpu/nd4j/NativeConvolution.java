package dev.pleas.cpu.nd4j;

import dev.pleas.api.error.PleasException;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.cpu.tensor.Parallel;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu;
import org.nd4j.nativeblas.OpaqueConstantShapeBuffer;
import org.nd4j.nativeblas.OpaqueContext;

/**
 * ND4J's operation {@code conv2d}, which oneDNN computes where the native library has it. Reads and
 * writes our memory as it lies: NCHW images, OIHW weights.
 */
final class NativeConvolution {
  /** Argument of conv2d: padding is given, not derived ("same"). */
  private static final long EXPLICIT_PADDING = 0;

  /** Argument of conv2d: images are [N, C, H, W]. */
  private static final long NCHW = 0;

  /** Argument of conv2d: weights are [K, C, kernelHeight, kernelWidth]. */
  private static final long OIHW = 1;

  private final Nd4jCpu operations;
  private final long conv2d;

  /** Shape descriptors by shape. The library keeps them for the life of the process anyway. */
  private final Map<Shape, Pointer> descriptors = new ConcurrentHashMap<>();

  NativeConvolution(Nd4jCpu operations) {
    this.operations = operations;
    this.conv2d = operation("conv2d");
  }

  /** Returns the number of an operation, from the library's list {@code name:number:…;…}. */
  private long operation(String name) {
    return Arrays.stream(operations.getAllCustomOps().split(";", -1))
        .map(entry -> entry.split(":", -1))
        .filter(entry -> entry[0].equals(name))
        .mapToLong(entry -> Long.parseLong(entry[1]))
        .findFirst()
        .orElseThrow(() -> new PleasException("ND4J's native library has no operation " + name));
  }

  /**
   * y = conv2d(x, weight) + bias, without groups. Samples are spread over threads of ours: threads
   * of the library would spin while they wait for each other, which starves them on a busy machine.
   */
  void apply(
      ConvolutionForm form,
      NativeFloats x,
      NativeFloats weight,
      @Nullable NativeFloats bias,
      NativeFloats y) {
    int items = Math.min(form.samples(), Parallel.threads());
    int threadsEach = Parallel.threads() / items;
    Parallel.forEach(
        items,
        form.samples() * form.outputStep() * form.patch(),
        item -> {
          int from = (int) ((long) item * form.samples() / items);
          int to = (int) ((item + 1L) * form.samples() / items);
          // A setting of the calling thread, not of the process.
          operations.setOmpNumThreads(threadsEach);
          apply(
              form.withSamples(to - from),
              x.pointer(from * form.inputStep()),
              weight.pointer(0),
              bias == null ? null : bias.pointer(0),
              y.pointer(from * form.outputStep()));
        });
  }

  private void apply(
      ConvolutionForm form, Pointer x, Pointer weight, @Nullable Pointer bias, Pointer y) {
    Window w = form.window();
    Shape image = Shape.of(form.samples(), form.channels(), form.height(), form.width());
    Shape kernel = Shape.of(form.filters(), form.channels(), w.kernelHeight(), w.kernelWidth());
    Shape result =
        Shape.of(form.samples(), form.filters(), form.outputHeight(), form.outputWidth());
    long[] arguments = {
      w.kernelHeight(),
      w.kernelWidth(),
      w.strideHeight(),
      w.strideWidth(),
      w.padHeight(),
      w.padWidth(),
      w.dilationHeight(),
      w.dilationWidth(),
      EXPLICIT_PADDING,
      NCHW,
      OIHW
    };
    OpaqueContext context = operations.createGraphContext(1);
    try {
      input(context, 0, x, image);
      input(context, 1, weight, kernel);
      if (bias != null) {
        input(context, 2, bias, Shape.of(form.filters()));
      }
      operations.setGraphContextOutputArray(context, 0, y, descriptor(result), null, null);
      operations.setGraphContextIArguments(context, arguments, arguments.length);
      int status = operations.execCustomOp2(null, conv2d, context);
      if (status != 0 || operations.lastErrorCode() != 0) {
        throw new PleasException(
            "ND4J's conv2d failed for " + form + ": " + operations.lastErrorMessage());
      }
    } finally {
      operations.deleteGraphContext(context);
    }
  }

  private void input(OpaqueContext context, int index, Pointer data, Shape shape) {
    operations.setGraphContextInputArray(context, index, data, descriptor(shape), null, null);
  }

  private Pointer descriptor(Shape shape) {
    return descriptors.computeIfAbsent(
        shape,
        s -> {
          long[] dims = new long[s.rank()];
          long[] strides = new long[s.rank()];
          for (int axis = 0; axis < s.rank(); axis++) {
            dims[axis] = s.dim(axis);
            strides[axis] = s.elementsFrom(axis + 1);
          }
          OpaqueConstantShapeBuffer made =
              operations.shapeBuffer(s.rank(), dims, strides, Nd4jCpu.FLOAT32, 'c', 1, false);
          Pointer primary = operations.getConstantShapeBufferPrimary(made);
          operations.deleteConstantShapeBuffer(made);
          return primary;
        });
  }
}
