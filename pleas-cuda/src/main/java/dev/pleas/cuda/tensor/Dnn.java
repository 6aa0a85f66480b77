package dev.pleas.cuda.tensor;

import dev.pleas.api.graph.Window;
import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.SharedMemory;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Status;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import jcuda.runtime.cudaStream_t;

/**
 * Convolutions by cuDNN, where it is installed. Always by implicit matrix products in float32: that
 * gives the same bits every time, and no digits are lost as in Winograd's transforms.
 */
final class Dnn {
  private static final int ALGORITHM =
      cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;

  /** cuDNN's statuses for what an algorithm does not do: 3000 and more detailed ones. */
  private static final int NOT_SUPPORTED = 3;

  private static final Pointer ONE = Pointer.to(new float[] {1});
  private static final Pointer ZERO = Pointer.to(new float[] {0});

  private final cudnnHandle handle = new cudnnHandle();
  private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
  private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

  /** Starts cuDNN; to be used while the context is current. It is stopped with the context. */
  Dnn(CudaContext context) {
    Status.cudnn("cudnnCreate", JCudnn.cudnnCreate(handle));
    context.whenClosed(() -> Status.cudnn("cudnnDestroy", JCudnn.cudnnDestroy(handle)));
    Status.cudnn(
        "cudnnSetStream", JCudnn.cudnnSetStream(handle, new cudaStream_t(context.stream())));
    for (cudnnTensorDescriptor tensor : new cudnnTensorDescriptor[] {x, y}) {
      Status.cudnn("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(tensor));
      context.whenClosed(
          () ->
              Status.cudnn(
                  "cudnnDestroyTensorDescriptor", JCudnn.cudnnDestroyTensorDescriptor(tensor)));
    }
    Status.cudnn("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(weight));
    context.whenClosed(
        () ->
            Status.cudnn(
                "cudnnDestroyFilterDescriptor", JCudnn.cudnnDestroyFilterDescriptor(weight)));
    Status.cudnn(
        "cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(convolution));
    context.whenClosed(
        () ->
            Status.cudnn(
                "cudnnDestroyConvolutionDescriptor",
                JCudnn.cudnnDestroyConvolutionDescriptor(convolution)));
  }

  /**
   * Computes a convolution, if cuDNN does these sizes.
   *
   * @param accumulate y += instead
   * @return whether it was done
   */
  boolean convolve(
      ConvolutionForm form,
      Engine engine,
      DeviceBlock input,
      DeviceBlock filters,
      boolean accumulate,
      DeviceBlock output) {
    describe(form);
    long[] bytes = new long[1];
    int status =
        JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
            handle, x, weight, convolution, y, ALGORITHM, bytes);
    if (refused(status)) {
      return false;
    }
    Status.cudnn("cudnnGetConvolutionForwardWorkspaceSize", status);
    long elements = (bytes[0] + Float.BYTES - 1) / Float.BYTES;
    try (SharedMemory<DeviceBlock> workspace = engine.memory(elements)) {
      status =
          JCudnn.cudnnConvolutionForward(
              handle,
              ONE,
              x,
              input.start(),
              weight,
              filters.start(),
              convolution,
              ALGORITHM,
              workspace.data().start(),
              bytes[0],
              accumulate ? ONE : ZERO,
              y,
              output.start());
    }
    if (refused(status)) {
      return false;
    }
    Status.cudnn("cudnnConvolutionForward", status);
    return true;
  }

  private static boolean refused(int status) {
    return status / 1000 == NOT_SUPPORTED;
  }

  private void describe(ConvolutionForm form) {
    Window window = form.window();
    int nchw = cudnnTensorFormat.CUDNN_TENSOR_NCHW;
    int real = cudnnDataType.CUDNN_DATA_FLOAT;
    Status.cudnn(
        "cudnnSetTensor4dDescriptor",
        JCudnn.cudnnSetTensor4dDescriptor(
            x, nchw, real, form.samples(), form.channels(), form.height(), form.width()));
    Status.cudnn(
        "cudnnSetTensor4dDescriptor",
        JCudnn.cudnnSetTensor4dDescriptor(
            y,
            nchw,
            real,
            form.samples(),
            form.filters(),
            form.outputHeight(),
            form.outputWidth()));
    Status.cudnn(
        "cudnnSetFilter4dDescriptor",
        JCudnn.cudnnSetFilter4dDescriptor(
            weight,
            real,
            nchw,
            form.filters(),
            form.channels() / form.groups(),
            window.kernelHeight(),
            window.kernelWidth()));
    Status.cudnn(
        "cudnnSetConvolution2dDescriptor",
        JCudnn.cudnnSetConvolution2dDescriptor(
            convolution,
            window.padHeight(),
            window.padWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.dilationHeight(),
            window.dilationWidth(),
            cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
            real));
    Status.cudnn(
        "cudnnSetConvolutionGroupCount",
        JCudnn.cudnnSetConvolutionGroupCount(convolution, form.groups()));
    Status.cudnn(
        "cudnnSetConvolutionMathType",
        JCudnn.cudnnSetConvolutionMathType(convolution, cudnnMathType.CUDNN_FMA_MATH));
  }
}
