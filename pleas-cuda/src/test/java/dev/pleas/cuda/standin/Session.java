package dev.pleas.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A context with a stream, and memory that goes with it: what every test of the stand-in needs. */
final class Session implements AutoCloseable {
  final CUcontext context = new CUcontext();
  final CUstream stream = new CUstream();
  private final CUdevice device = new CUdevice();
  private final Deque<Runnable> releases = new ArrayDeque<>();

  Session() {
    check(JCudaDriver.cuInit(0));
    check(JCudaDriver.cuDeviceGet(device, 0));
    check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    check(JCudaDriver.cuCtxPushCurrent(context));
    check(JCudaDriver.cuStreamCreate(stream, 1));
  }

  static void check(int status) {
    assertThat(CUresult.stringFor(status)).isEqualTo("CUDA_SUCCESS");
  }

  /** Device memory of a size in bytes. */
  CUdeviceptr memory(long bytes) {
    CUdeviceptr made = new CUdeviceptr();
    check(JCudaDriver.cuMemAlloc(made, bytes));
    releases.push(() -> JCudaDriver.cuMemFree(made));
    return made;
  }

  /** Pinned memory of a size in bytes. */
  Pointer pinned(long bytes) {
    Pointer made = new Pointer();
    check(JCudaDriver.cuMemAllocHost(made, bytes));
    releases.push(() -> JCudaDriver.cuMemFreeHost(made));
    return made;
  }

  static ByteBuffer view(Pointer pinned, long bytes) {
    return pinned.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
  }

  /** Numbers as device memory, already there. */
  CUdeviceptr device(float... values) {
    long bytes = 4L * values.length;
    Pointer staging = pinned(bytes);
    view(staging, bytes).asFloatBuffer().put(values);
    CUdeviceptr made = memory(bytes);
    check(JCudaDriver.cuMemcpyHtoDAsync(made, staging, bytes, stream));
    synchronise();
    return made;
  }

  /** Numbers as device memory, already there. */
  CUdeviceptr device(double... values) {
    long bytes = 8L * values.length;
    Pointer staging = pinned(bytes);
    view(staging, bytes).asDoubleBuffer().put(values);
    CUdeviceptr made = memory(bytes);
    check(JCudaDriver.cuMemcpyHtoDAsync(made, staging, bytes, stream));
    synchronise();
    return made;
  }

  /** What device memory holds when all work is done. */
  float[] floats(CUdeviceptr from, int count) {
    float[] values = new float[count];
    bytes(from, 4L * count).asFloatBuffer().get(values);
    return values;
  }

  /** What device memory holds when all work is done. */
  double[] doubles(CUdeviceptr from, int count) {
    double[] values = new double[count];
    bytes(from, 8L * count).asDoubleBuffer().get(values);
    return values;
  }

  /** What device memory holds when all work is done. */
  int[] ints(CUdeviceptr from, int count) {
    int[] values = new int[count];
    bytes(from, 4L * count).asIntBuffer().get(values);
    return values;
  }

  private ByteBuffer bytes(CUdeviceptr from, long bytes) {
    Pointer staging = pinned(bytes);
    check(JCudaDriver.cuMemcpyDtoHAsync(staging, from, bytes, stream));
    synchronise();
    return view(staging, bytes);
  }

  void synchronise() {
    check(JCudaDriver.cuStreamSynchronize(stream));
  }

  /** Adds what is to be done at the end, before everything that was added earlier. */
  void atEnd(Runnable release) {
    releases.push(release);
  }

  @Override
  public void close() {
    releases.forEach(Runnable::run);
    JCudaDriver.cuStreamDestroy(stream);
    JCudaDriver.cuCtxPopCurrent(new CUcontext());
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }
}
