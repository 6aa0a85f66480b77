package dev.pleas.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * Copies between the host and a GPU, through pinned memory and beside the computation. What is sent
 * goes in parts through a ring of pinned buffers into buffers of the GPU, on a stream of its own,
 * and from there in order with the computation to where it belongs. So the host may be a whole ring
 * ahead, transfers overlap with earlier computations, and a destination may still be in use by
 * those. What is fetched is copied in order with the computation; the host unloads one part while
 * the next is on its way.
 */
public final class Transfers {
  /** Bytes of a part: 1 MiB, which takes much longer to transfer than a transfer takes to start. */
  static final int PART = 1 << 20;

  /** Parts that the host may be ahead. */
  private static final int RING = 8;

  private final CUstream compute;
  private final CUstream copies = new CUstream();
  private final List<Sender> senders = new ArrayList<>();
  private final List<Receiver> receivers = new ArrayList<>();
  private int next;

  /** Writes a part of what is sent. */
  @FunctionalInterface
  public interface Source {
    /**
     * Fills a buffer.
     *
     * @param target in native byte order, to be filled to its limit
     * @param from the first byte that belongs there
     */
    void fill(ByteBuffer target, long from);
  }

  /** Reads a part of what was fetched. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Empties a buffer.
     *
     * @param source in native byte order
     * @param to where its first byte belongs
     */
    void drain(ByteBuffer source, long to);
  }

  /**
   * @param compute the stream that computes; its context is current
   * @param resources get what must be given back
   */
  Transfers(Gpus.Gpu gpu, CUstream compute, Resources resources) {
    this.compute = compute;
    Status.driver(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(copies, CUstream_flags.CU_STREAM_NON_BLOCKING));
    resources.add(() -> Status.driver("cuStreamDestroy", JCudaDriver.cuStreamDestroy(copies)));
    for (int i = 0; i < RING; i++) {
      senders.add(new Sender(gpu, resources));
    }
    for (int i = 0; i < 2; i++) {
      receivers.add(new Receiver(resources));
    }
  }

  /**
   * Sends bytes. They have left the source when this returns, and are there for whatever is
   * computed afterwards.
   *
   * @param to where they go on the GPU
   * @param bytes how many
   */
  public void send(Source source, CUdeviceptr to, long bytes) {
    for (long from = 0; from < bytes; from += PART) {
      int length = (int) Math.min(PART, bytes - from);
      senders.get(next).send(source, from, to.withByteOffset(from), length);
      next = (next + 1) % RING;
    }
  }

  /**
   * Fetches bytes, after everything computed so far.
   *
   * @param from where they are on the GPU
   * @param bytes how many
   */
  public void fetch(CUdeviceptr from, long bytes, Sink sink) {
    long asked = 0;
    long fetched = 0;
    for (int turn = 0; fetched < bytes; turn++) {
      // The other receiver's part, asked for one turn ago, is unloaded while this one is copied.
      if (asked < bytes) {
        int length = (int) Math.min(PART, bytes - asked);
        receivers.get(turn % 2).ask(from.withByteOffset(asked), length);
        asked += length;
      }
      if (turn > 0) {
        fetched += receivers.get((turn + 1) % 2).unload(sink, fetched);
      }
    }
  }

  private static CUevent event(Resources resources) {
    CUevent event = new CUevent();
    Status.driver(
        "cuEventCreate", JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING));
    resources.add(() -> Status.driver("cuEventDestroy", JCudaDriver.cuEventDestroy(event)));
    return event;
  }

  /** Pinned memory and what the host sees of it. */
  private static final class Pinned {
    final Pointer pointer = new Pointer();
    final ByteBuffer bytes;

    Pinned(Resources resources) {
      Status.driver("cuMemAllocHost", JCudaDriver.cuMemAllocHost(pointer, PART));
      resources.add(() -> Status.driver("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer)));
      bytes = pointer.getByteBuffer(0, PART);
    }

    ByteBuffer first(int length) {
      // A slice has the byte order of a new buffer, whatever its origin's is.
      return bytes.slice(0, length).order(ByteOrder.nativeOrder());
    }
  }

  private final class Sender {
    private final Pinned pinned;
    private final CUdeviceptr device = new CUdeviceptr();

    /** The pinned buffer has been read. */
    private final CUevent sent;

    /** The buffer of the GPU has been read. */
    private final CUevent placed;

    Sender(Gpus.Gpu gpu, Resources resources) {
      pinned = new Pinned(resources);
      DeviceMemory.allocate(gpu, device, PART);
      resources.add(() -> Status.driver("cuMemFree", JCudaDriver.cuMemFree(device)));
      sent = event(resources);
      placed = event(resources);
    }

    void send(Source source, long from, CUdeviceptr to, int length) {
      Status.driver("cuEventSynchronize", JCudaDriver.cuEventSynchronize(sent));
      source.fill(pinned.first(length), from);
      Status.driver("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(copies, placed, 0));
      Status.driver(
          "cuMemcpyHtoDAsync",
          JCudaDriver.cuMemcpyHtoDAsync(device, pinned.pointer, length, copies));
      Status.driver("cuEventRecord", JCudaDriver.cuEventRecord(sent, copies));
      Status.driver("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(compute, sent, 0));
      Status.driver(
          "cuMemcpyDtoDAsync", JCudaDriver.cuMemcpyDtoDAsync(to, device, length, compute));
      Status.driver("cuEventRecord", JCudaDriver.cuEventRecord(placed, compute));
    }
  }

  private final class Receiver {
    private final Pinned pinned;
    private final CUevent arrived;
    private int length;

    Receiver(Resources resources) {
      pinned = new Pinned(resources);
      arrived = event(resources);
    }

    void ask(CUdeviceptr from, int bytes) {
      length = bytes;
      Status.driver(
          "cuMemcpyDtoHAsync", JCudaDriver.cuMemcpyDtoHAsync(pinned.pointer, from, bytes, compute));
      Status.driver("cuEventRecord", JCudaDriver.cuEventRecord(arrived, compute));
    }

    int unload(Sink sink, long to) {
      Status.driver("cuEventSynchronize", JCudaDriver.cuEventSynchronize(arrived));
      sink.drain(pinned.first(length), to);
      return length;
    }
  }
}
