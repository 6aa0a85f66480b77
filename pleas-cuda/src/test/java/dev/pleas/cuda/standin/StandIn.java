package dev.pleas.cuda.standin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stand-in for the CUDA libraries in this process: what it shall do, and what it saw.
 *
 * <p>Names of functions are those of JCuda, without the suffix that some have in C: {@code
 * cuMemAlloc}, not {@code cuMemAlloc_v2}.
 */
public final class StandIn {
  /** The environment variable that names the control file. */
  public static final String CONTROL = "PLEAS_STANDIN_CONTROL";

  /** The memory of a device of which nothing else is said. */
  public static final long DEFAULT_MEMORY = 4L << 30;

  // In the order of enum Kind in control.h.
  private static final List<String> KINDS =
      List.of(
          "device memory",
          "pinned memory",
          "streams",
          "events",
          "modules",
          "retained contexts",
          "pushed contexts",
          "cuBLAS handles",
          "cuSOLVER handles",
          "cuDNN handles",
          "tensor descriptors",
          "filter descriptors",
          "convolution descriptors",
          "NVRTC programs");

  private static final Optional<StandIn> ACTIVE = find();

  private final ControlBlock block;
  private Map<String, Long> liveAtReset = Map.of();

  private StandIn(ControlBlock block) {
    this.block = block;
  }

  /**
   * A device that the stand-in shows.
   *
   * @param name its name
   * @param bytes its memory
   * @param major its compute capability, before the point
   * @param minor its compute capability, after the point
   */
  public record Device(String name, long bytes, int major, int minor) {
    /** A device like the one that is there by default, with another compute capability. */
    public static Device of(int major, int minor) {
      return new Device("Stand-in sm_" + major + minor, DEFAULT_MEMORY, major, minor);
    }
  }

  /** The stand-in, if its libraries were built and this process was started to use them. */
  public static Optional<StandIn> active() {
    return ACTIVE;
  }

  private static Optional<StandIn> find() {
    String control = System.getenv(CONTROL);
    if (control == null || control.isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(control);
    if (!Files.isRegularFile(file) || !Files.isRegularFile(file.resolveSibling("libcuda.so.1"))) {
      return Optional.empty();
    }
    StandIn found = new StandIn(ControlBlock.map(file));
    long process = ProcessHandle.current().pid();
    if (!found.block.ownedBy(process)) {
      found.block.ownBy(process);
      found.reset();
    }
    return Optional.of(found);
  }

  /**
   * Puts all settings back to their defaults and forgets violations, counts and errors. Objects
   * that live go on living; {@link #assertNoLeaks} does not count them from now on.
   */
  public void reset() {
    block.set(ControlBlock.FAIL_COUNTDOWN, 0);
    block.text(ControlBlock.FAIL_FUNCTION, ControlBlock.NAME_BYTES, "");
    block.text(ControlBlock.FAILED_FUNCTION, ControlBlock.NAME_BYTES, "");
    block.set(ControlBlock.FAILURES, 0);
    block.set(ControlBlock.CALLS, 0);
    driverVersion(12060);
    initStatus(0);
    devices(Device.of(8, 0));
    for (int device = 0; device < ControlBlock.DEVICES; device++) {
      block.set(ControlBlock.device(device, ControlBlock.STICKY), 0);
      block.set(ControlBlock.device(device, ControlBlock.LAUNCHES), 0);
      block.set(ControlBlock.device(device, ControlBlock.PEAK), usedBytes(device));
    }
    for (int i = 0; i < functionCount(); i++) {
      block.set(function(i) + ControlBlock.FUNCTION_NAME_BYTES, 0);
    }
    clearViolations();
    liveAtReset = live();
  }

  /** Lets the n-th call from now fail, of whatever library and function; 0 for none. */
  public void failCall(long n) {
    block.set(ControlBlock.FAIL_COUNTDOWN, n);
  }

  /**
   * Lets every call of one function fail; "" for none. {@code
   * cudnnGetConvolutionForwardWorkspaceSize} then says that it does not do these sizes.
   */
  public void failFunction(String name) {
    block.text(ControlBlock.FAIL_FUNCTION, ControlBlock.NAME_BYTES, name);
  }

  /** The function whose call was the last to fail because a test asked for it; "" if none did. */
  public String failedFunction() {
    return block.text(ControlBlock.FAILED_FUNCTION, ControlBlock.NAME_BYTES);
  }

  /** How many calls failed because a test asked for it. */
  public long failures() {
    return block.get(ControlBlock.FAILURES);
  }

  /** How many calls came to entry points, but for those that only give the text of an error. */
  public long calls() {
    return block.get(ControlBlock.CALLS);
  }

  /** How many calls one function got; for a kernel, ask for {@code "kernel name"}. */
  public long calls(String function) {
    for (int i = 0; i < functionCount(); i++) {
      if (block.text(function(i), ControlBlock.FUNCTION_NAME_BYTES).equals(function)) {
        return block.get(function(i) + ControlBlock.FUNCTION_NAME_BYTES);
      }
    }
    return 0;
  }

  /** How many calls each function got that got any. */
  public Map<String, Long> callsByFunction() {
    Map<String, Long> calls = new LinkedHashMap<>();
    for (int i = 0; i < functionCount(); i++) {
      long count = block.get(function(i) + ControlBlock.FUNCTION_NAME_BYTES);
      if (count != 0) {
        calls.put(block.text(function(i), ControlBlock.FUNCTION_NAME_BYTES), count);
      }
    }
    return calls;
  }

  /** How many kernels were launched on a device. */
  public long launches(int device) {
    return block.get(ControlBlock.device(device, ControlBlock.LAUNCHES));
  }

  /** Sets the version of CUDA that the driver supports, as 12060 for 12.6. */
  public void driverVersion(int version) {
    block.set(ControlBlock.DRIVER_VERSION, version);
  }

  /** Sets what cuInit returns; 0 to let it succeed. */
  public void initStatus(int status) {
    block.set(ControlBlock.INIT_STATUS, status);
  }

  /** Sets the devices that are there. */
  public void devices(Device... devices) {
    for (int i = 0; i < devices.length; i++) {
      block.set(ControlBlock.device(i, ControlBlock.TOTAL), devices[i].bytes());
      block.set(ControlBlock.device(i, ControlBlock.LIMIT), devices[i].bytes());
      block.set(ControlBlock.device(i, ControlBlock.MAJOR), devices[i].major());
      block.set(ControlBlock.device(i, ControlBlock.MINOR), devices[i].minor());
      block.text(
          ControlBlock.device(i, ControlBlock.DEVICE_NAME),
          ControlBlock.NAME_BYTES,
          devices[i].name());
    }
    block.set(ControlBlock.DEVICE_COUNT, devices.length);
  }

  /** Sets how much memory of a device allocations may use together, from 256 bytes for each. */
  public void memory(int device, long bytes) {
    block.set(ControlBlock.device(device, ControlBlock.LIMIT), bytes);
  }

  /** How much memory of a device live allocations use. */
  public long usedBytes(int device) {
    return block.get(ControlBlock.device(device, ControlBlock.USED));
  }

  /** The most memory of a device that allocations used together since the last reset. */
  public long peakBytes(int device) {
    return block.get(ControlBlock.device(device, ControlBlock.PEAK));
  }

  /** The status that sticks to a device after an error of execution; 0 if none does. */
  public int stickyStatus(int device) {
    return (int) block.get(ControlBlock.device(device, ControlBlock.STICKY));
  }

  /** Every rule that was broken since the last reset, in words, as far as there is room. */
  public List<String> violations() {
    int length = (int) block.get(ControlBlock.VIOLATION_LENGTH);
    return block.text(ControlBlock.VIOLATIONS, length).lines().toList();
  }

  /** How often a rule was broken since the last reset. */
  public long violationCount() {
    return block.get(ControlBlock.VIOLATION_COUNT);
  }

  /** Forgets the violations and the errors that stick because of them, and nothing else. */
  public void clearViolations() {
    block.set(ControlBlock.VIOLATION_COUNT, 0);
    block.set(ControlBlock.VIOLATION_LENGTH, 0);
    for (int device = 0; device < ControlBlock.DEVICES; device++) {
      block.set(ControlBlock.device(device, ControlBlock.STICKY), 0);
    }
  }

  /** How many objects of every kind live. */
  public Map<String, Long> live() {
    Map<String, Long> live = new LinkedHashMap<>();
    for (int kind = 0; kind < KINDS.size(); kind++) {
      live.put(KINDS.get(kind), block.get(ControlBlock.LIVE + kind * Long.BYTES));
    }
    return live;
  }

  /** Fails if more objects of any kind live than at the last reset. */
  public void assertNoLeaks() {
    Map<String, Long> leaks = new LinkedHashMap<>(live());
    liveAtReset.forEach((kind, count) -> leaks.merge(kind, -count, Long::sum));
    leaks.values().removeIf(count -> count <= 0);
    if (!leaks.isEmpty()) {
      throw new AssertionError("expected no objects alive, found " + leaks);
    }
  }

  /** Fails if a rule was broken since the last reset. */
  public void assertNoViolations() {
    if (violationCount() != 0) {
      throw new AssertionError(
          "expected calls that keep the rules of CUDA, found "
              + violationCount()
              + " violations:\n"
              + String.join("\n", violations()));
    }
  }

  /** Fails if a rule was broken, or if more objects live than at the last reset. */
  public void assertClean() {
    assertNoViolations();
    assertNoLeaks();
  }

  private int functionCount() {
    return (int) block.get(ControlBlock.FUNCTION_COUNT);
  }

  private static int function(int index) {
    return ControlBlock.FUNCTION + index * ControlBlock.FUNCTION_BYTES;
  }
}
