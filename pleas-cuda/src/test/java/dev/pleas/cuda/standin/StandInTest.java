package dev.pleas.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory, order and failures: what the stand-in's driver does, and what it notices. */
class StandInTest {
  private StandIn standIn;

  @BeforeEach
  void reset() {
    assumeTrue(StandIn.active().isPresent(), "the stand-in for CUDA was not built here");
    standIn = StandIn.active().orElseThrow();
    standIn.reset();
  }

  @Test
  void copy_thereAndBack_keepsBytes() {
    float[] values = {1, -2, 3.5f, Float.MIN_VALUE, -0f};
    try (Session session = new Session()) {
      assertThat(session.floats(session.device(values), values.length)).containsExactly(values);
    }
    standIn.assertClean();
  }

  @Test
  void memory_fresh_isNaN() {
    try (Session session = new Session()) {
      assertThat(session.floats(session.memory(8), 2)).containsOnly(Float.NaN);
      assertThat(session.doubles(session.memory(8), 1)).containsOnly(Double.NaN);
    }
    standIn.assertClean();
  }

  @Test
  void copyToHost_beforeWait_hasNotArrived() {
    try (Session session = new Session()) {
      CUdeviceptr from = session.device(7f);
      Pointer to = session.pinned(4);
      FloatBuffer seen = Session.view(to, 4).asFloatBuffer();
      Session.check(JCudaDriver.cuMemcpyDtoHAsync(to, from, 4, session.stream));
      assertThat(seen.get(0)).isNaN();
      session.synchronise();
      assertThat(seen.get(0)).isEqualTo(7f);
    }
    standIn.assertClean();
  }

  @Test
  void copyToDevice_readsHostMemoryLate() {
    try (Session session = new Session()) {
      Pointer staging = session.pinned(4);
      FloatBuffer host = Session.view(staging, 4).asFloatBuffer();
      CUdeviceptr to = session.memory(4);
      host.put(0, 1f);
      Session.check(JCudaDriver.cuMemcpyHtoDAsync(to, staging, 4, session.stream));
      host.put(0, 2f);
      assertThat(session.floats(to, 1)).containsExactly(2f);
    }
    standIn.assertClean();
  }

  @Test
  void secondStream_withoutWait_readsTooEarly_withWaitRight() {
    for (boolean waits : new boolean[] {false, true}) {
      try (Session session = new Session()) {
        CUstream other = new CUstream();
        Session.check(JCudaDriver.cuStreamCreate(other, 1));
        session.atEnd(() -> JCudaDriver.cuStreamDestroy(other));
        CUevent written = new CUevent();
        Session.check(JCudaDriver.cuEventCreate(written, 2));
        session.atEnd(() -> JCudaDriver.cuEventDestroy(written));
        CUdeviceptr memory = session.memory(8);
        Pointer back = session.pinned(8);

        Session.check(JCudaDriver.cuMemsetD32Async(memory, 5, 2, session.stream));
        Session.check(JCudaDriver.cuEventRecord(written, session.stream));
        if (waits) {
          Session.check(JCudaDriver.cuStreamWaitEvent(other, written, 0));
        }
        Session.check(JCudaDriver.cuMemcpyDtoHAsync(back, memory, 8, other));
        assertThat(JCudaDriver.cuEventQuery(written)).isEqualTo(CUresult.CUDA_ERROR_NOT_READY);
        Session.check(JCudaDriver.cuStreamSynchronize(other));
        assertThat(JCudaDriver.cuEventQuery(written))
            .isEqualTo(waits ? CUresult.CUDA_SUCCESS : CUresult.CUDA_ERROR_NOT_READY);
        assertThat(Session.view(back, 8).getInt(4)).isEqualTo(waits ? 5 : -1);
      }
      standIn.assertClean();
    }
  }

  @Test
  void eventSynchronise_runsNothingBehindTheEvent() {
    try (Session session = new Session()) {
      CUevent event = new CUevent();
      Session.check(JCudaDriver.cuEventCreate(event, 2));
      session.atEnd(() -> JCudaDriver.cuEventDestroy(event));
      Session.check(JCudaDriver.cuEventSynchronize(event));
      CUdeviceptr memory = session.memory(4);
      Pointer back = session.pinned(8);
      ByteBuffer seen = Session.view(back, 8);
      Session.check(JCudaDriver.cuMemsetD32Async(memory, 1, 1, session.stream));
      Session.check(JCudaDriver.cuMemcpyDtoHAsync(back, memory, 4, session.stream));
      Session.check(JCudaDriver.cuEventRecord(event, session.stream));
      Session.check(
          JCudaDriver.cuMemcpyDtoHAsync(back.withByteOffset(4), memory, 4, session.stream));
      Session.check(JCudaDriver.cuEventSynchronize(event));
      assertThat(seen.getInt(0)).isEqualTo(1);
      assertThat(seen.getInt(4)).isEqualTo(-1);
    }
    standIn.assertClean();
  }

  @Test
  void free_waitsForTheDevice() {
    try (Session session = new Session()) {
      CUdeviceptr memory = session.memory(4);
      Pointer back = session.pinned(4);
      CUdeviceptr other = new CUdeviceptr();
      Session.check(JCudaDriver.cuMemAlloc(other, 4));
      Session.check(JCudaDriver.cuMemsetD32Async(memory, 9, 1, session.stream));
      Session.check(JCudaDriver.cuMemcpyDtoHAsync(back, memory, 4, session.stream));
      Session.check(JCudaDriver.cuMemFree(other));
      assertThat(Session.view(back, 4).getInt(0)).isEqualTo(9);
    }
    standIn.assertClean();
  }

  @Test
  void copy_ofOrdinaryHostMemory_isViolation() {
    try (Session session = new Session()) {
      CUdeviceptr to = session.memory(16);
      Pointer ordinary = Pointer.to(ByteBuffer.allocateDirect(16));
      assertThat(JCudaDriver.cuMemcpyHtoDAsync(to, ordinary, 16, session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    }
    assertThat(standIn.violations()).singleElement().asString().contains("not pinned memory");
  }

  @Test
  void copy_pastTheEnd_isViolation() {
    try (Session session = new Session()) {
      CUdeviceptr memory = session.memory(16);
      assertThat(JCudaDriver.cuMemsetD8Async(memory.withByteOffset(8), (byte) 0, 9, session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    }
    assertThat(standIn.violations())
        .containsExactly(
            "cuMemsetD8Async: destination: 9 bytes are touched, 8 are left of the allocation of 16");
  }

  @Test
  void useAfterFree_isViolation() {
    try (Session session = new Session()) {
      CUdeviceptr memory = new CUdeviceptr();
      Session.check(JCudaDriver.cuMemAlloc(memory, 16));
      Session.check(JCudaDriver.cuMemFree(memory));
      assertThat(JCudaDriver.cuMemsetD8Async(memory, (byte) 0, 1, session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
      assertThat(JCudaDriver.cuMemFree(memory)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
    }
    assertThat(standIn.violations()).hasSize(2);
    assertThat(standIn.violations().get(0)).endsWith("is freed memory");
    assertThat(standIn.violations().get(1)).endsWith("was freed before");
  }

  @Test
  void writeToFreedPinnedMemory_isFound() {
    try (Session session = new Session()) {
      session.synchronise();
      Pointer pinned = new Pointer();
      Session.check(JCudaDriver.cuMemAllocHost(pinned, 16));
      ByteBuffer view = Session.view(pinned, 16);
      Session.check(JCudaDriver.cuMemFreeHost(pinned));
      view.put(3, (byte) 1);
    }
    assertThat(standIn.violations())
        .containsExactly(
            "cuDevicePrimaryCtxRelease: pinned memory of 16 bytes was written at byte 3 after it was"
                + " freed");
  }

  @Test
  void leak_isCounted_andTheContextGoesWithIt() {
    try (Session session = new Session()) {
      session.synchronise();
      CUdeviceptr lost = new CUdeviceptr();
      Session.check(JCudaDriver.cuMemAlloc(lost, 100));
      assertThat(standIn.live()).containsEntry("device memory", 1L).containsEntry("streams", 1L);
      assertThat(standIn.usedBytes(0)).isEqualTo(256);
      assertThatThrownBy(standIn::assertNoLeaks).hasMessageContaining("device memory=1");
    }
    assertThat(standIn.violations()).singleElement().asString().contains("with 1 allocations");
    standIn.assertNoLeaks();
  }

  @Test
  void failCall_nth_failsThatOneOnly() {
    try (Session session = new Session()) {
      standIn.failCall(2);
      session.memory(4);
      CUdeviceptr none = new CUdeviceptr();
      assertThat(JCudaDriver.cuMemAlloc(none, 4)).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
      assertThat(standIn.failedFunction()).isEqualTo("cuMemAlloc");
      session.memory(4);
    }
    assertThat(standIn.failures()).isEqualTo(1);
    standIn.assertClean();
  }

  @Test
  void failFunction_release_reportsAndReleases() {
    try (Session session = new Session()) {
      session.synchronise();
      CUdeviceptr memory = new CUdeviceptr();
      Session.check(JCudaDriver.cuMemAlloc(memory, 4));
      standIn.failFunction("cuMemFree");
      assertThat(JCudaDriver.cuMemFree(memory)).isEqualTo(CUresult.CUDA_ERROR_LAUNCH_FAILED);
      standIn.failFunction("");
      assertThat(standIn.live()).containsEntry("device memory", 0L);
    }
    standIn.assertClean();
  }

  @Test
  void memory_limit_isOutOfMemory() {
    standIn.memory(0, 1000);
    try (Session session = new Session()) {
      session.memory(300);
      long[] free = new long[1];
      long[] total = new long[1];
      Session.check(JCudaDriver.cuMemGetInfo(free, total));
      assertThat(free[0]).isEqualTo(1000 - 512);
      assertThat(total[0]).isEqualTo(StandIn.DEFAULT_MEMORY);
      assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 512))
          .isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY);
      session.memory(256);
    }
    assertThat(standIn.peakBytes(0)).isEqualTo(768);
    standIn.assertClean();
  }

  @Test
  void settings_areSeen() {
    standIn.driverVersion(11040);
    standIn.devices(StandIn.Device.of(7, 5), new StandIn.Device("Second", 1 << 20, 9, 0));
    int[] seen = new int[1];
    Session.check(JCudaDriver.cuDriverGetVersion(seen));
    assertThat(seen[0]).isEqualTo(11040);
    Session.check(JCudaDriver.cuInit(0));
    Session.check(JCudaDriver.cuDeviceGetCount(seen));
    assertThat(seen[0]).isEqualTo(2);
    CUdevice second = new CUdevice();
    Session.check(JCudaDriver.cuDeviceGet(second, 1));
    byte[] name = new byte[16];
    Session.check(JCudaDriver.cuDeviceGetName(name, 16, second));
    assertThat(new String(name, 0, 7, StandardCharsets.UTF_8)).isEqualTo("Second\0");
    long[] bytes = new long[1];
    Session.check(JCudaDriver.cuDeviceTotalMem(bytes, second));
    assertThat(bytes[0]).isEqualTo(1 << 20);
    Session.check(JCudaDriver.cuDeviceGetAttribute(seen, 75, second));
    assertThat(seen[0]).isEqualTo(9);
    standIn.initStatus(CUresult.CUDA_ERROR_NO_DEVICE);
    assertThat(JCudaDriver.cuInit(0)).isEqualTo(CUresult.CUDA_ERROR_NO_DEVICE);
    standIn.assertClean();
  }

  @Test
  void context_missingOrUnbalanced_isViolation() {
    Session.check(JCudaDriver.cuInit(0));
    assertThat(JCudaDriver.cuMemAlloc(new CUdeviceptr(), 4))
        .isEqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT);
    assertThat(JCudaDriver.cuCtxPopCurrent(new CUcontext()))
        .isEqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT);
    CUdevice device = new CUdevice();
    Session.check(JCudaDriver.cuDeviceGet(device, 0));
    assertThat(JCudaDriver.cuDevicePrimaryCtxRelease(device))
        .isEqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT);
    assertThat(standIn.violations())
        .containsExactly(
            "cuMemAlloc: no context is current",
            "cuCtxPopCurrent: no context was pushed on this thread",
            "cuDevicePrimaryCtxRelease: device 0: released more often than retained");
  }

  @Test
  void memoryAndStream_ofAnotherDevice_areViolations() {
    standIn.devices(StandIn.Device.of(8, 0), StandIn.Device.of(8, 0));
    try (Session session = new Session()) {
      CUdeviceptr first = session.memory(8);
      CUdevice device = new CUdevice();
      Session.check(JCudaDriver.cuDeviceGet(device, 1));
      CUcontext context = new CUcontext();
      Session.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
      Session.check(JCudaDriver.cuCtxPushCurrent(context));
      CUstream stream = new CUstream();
      Session.check(JCudaDriver.cuStreamCreate(stream, 1));

      assertThat(JCudaDriver.cuMemsetD8Async(first, (byte) 0, 8, stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
      assertThat(JCudaDriver.cuMemFree(first)).isEqualTo(CUresult.CUDA_ERROR_INVALID_VALUE);
      assertThat(JCudaDriver.cuStreamSynchronize(session.stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_HANDLE);

      Session.check(JCudaDriver.cuStreamDestroy(stream));
      Session.check(JCudaDriver.cuCtxPopCurrent(context));
      Session.check(JCudaDriver.cuDevicePrimaryCtxRelease(device));
    }
    assertThat(standIn.violations()).hasSize(3);
    assertThat(standIn.violations().get(0)).endsWith("of device 0, not of device 1");
    assertThat(standIn.violations().get(1)).endsWith("but the current context is of device 1");
    assertThat(standIn.violations().get(2))
        .endsWith("stream of device 0, but the current context is of device 1");
    standIn.assertNoLeaks();
  }

  @Test
  void thread_thatEndsWithAContextPushed_isViolation() throws InterruptedException {
    try (Session session = new Session()) {
      Thread thread = new Thread(() -> JCudaDriver.cuCtxPushCurrent(session.context));
      thread.start();
      thread.join();
    }
    // The thread's own end may come a little after that of its Java half.
    for (int i = 0; i < 1000 && standIn.violationCount() == 0; i++) {
      Thread.sleep(5);
    }
    assertThat(standIn.violations()).containsExactly("thread end: 1 contexts are still pushed");
    standIn.assertNoLeaks();
  }

  @Test
  void failCall_sweep_reachesEveryCallAndLeavesNothing() {
    long failed = 0;
    for (long n = 1; ; n++) {
      standIn.reset();
      standIn.failCall(n);
      copyAndRelease();
      standIn.assertClean();
      if (standIn.failures() == 0) {
        break;
      }
      failed++;
    }
    assertThat(failed).isEqualTo(standIn.calls());
  }

  /** Goes on as far as it can, and gives back what it got. */
  private static void copyAndRelease() {
    CUdevice device = new CUdevice();
    CUcontext context = new CUcontext();
    if (JCudaDriver.cuInit(0) != 0
        || JCudaDriver.cuDeviceGet(device, 0) != 0
        || JCudaDriver.cuDevicePrimaryCtxRetain(context, device) != 0) {
      return;
    }
    if (JCudaDriver.cuCtxPushCurrent(context) == 0) {
      CUstream stream = new CUstream();
      if (JCudaDriver.cuStreamCreate(stream, 1) == 0) {
        CUdeviceptr memory = new CUdeviceptr();
        if (JCudaDriver.cuMemAlloc(memory, 64) == 0) {
          JCudaDriver.cuMemsetD8Async(memory, (byte) 0, 64, stream);
          JCudaDriver.cuStreamSynchronize(stream);
          JCudaDriver.cuMemFree(memory);
        }
        JCudaDriver.cuStreamDestroy(stream);
      }
      JCudaDriver.cuCtxPopCurrent(context);
    }
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }

  @Test
  void handle_destroyed_isViolation() {
    try (Session session = new Session()) {
      session.synchronise();
      CUstream stream = new CUstream();
      Session.check(JCudaDriver.cuStreamCreate(stream, 1));
      Session.check(JCudaDriver.cuStreamDestroy(stream));
      assertThat(JCudaDriver.cuStreamSynchronize(stream))
          .isEqualTo(CUresult.CUDA_ERROR_INVALID_HANDLE);
    }
    assertThat(standIn.violations()).singleElement().asString().endsWith("unknown or destroyed");
  }

  @Test
  void queue_beyondItsBound_runsTheOldest() {
    try (Session session = new Session()) {
      CUdeviceptr memory = session.memory(4);
      Pointer back = session.pinned(4);
      ByteBuffer seen = Session.view(back, 4);
      Session.check(JCudaDriver.cuMemsetD32Async(memory, 3, 1, session.stream));
      Session.check(JCudaDriver.cuMemcpyDtoHAsync(back, memory, 4, session.stream));
      for (int i = 0; i < 20_000; i++) {
        Session.check(JCudaDriver.cuMemsetD32Async(memory, i, 1, session.stream));
      }
      assertThat(seen.getInt(0)).isEqualTo(3);
    }
    standIn.assertClean();
  }

  @Test
  void calls_areCountedByFunction() {
    try (Session session = new Session()) {
      session.memory(4);
      session.memory(4);
      assertThat(standIn.calls("cuMemAlloc")).isEqualTo(2);
      assertThat(standIn.callsByFunction()).containsEntry("cuStreamCreate", 1L);
      assertThat(standIn.calls()).isEqualTo(7);
    }
    standIn.assertClean();
  }
}
