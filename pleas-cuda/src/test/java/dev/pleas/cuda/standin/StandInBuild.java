package dev.pleas.cuda.standin;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Builds the libraries of the stand-in with the system's C++ compiler, if there is one. */
public final class StandInBuild {
  private static final List<String> FLAGS =
      List.of(
          "-std=c++17",
          "-O3",
          "-fPIC",
          "-shared",
          "-Wall",
          "-Wextra",
          // Products and sums are rounded one by one, as the kernels are told to do.
          "-ffp-contract=off",
          "-Wl,-z,defs");

  private static final String DRIVER = "libcuda.so.1";

  private static final List<Library> LIBRARIES =
      List.of(
          Library.of(
              DRIVER,
              "libcuda.map",
              "control.cpp",
              "call.cpp",
              "memory.cpp",
              "stream.cpp",
              "context.cpp",
              "driver_device.cpp",
              "driver_memory.cpp",
              "driver_module.cpp",
              "driver_stream.cpp",
              "fault.cpp"),
          Library.of("libcublas.so.12", "libcublas.map", "cublas.cpp", "blas.cpp"),
          Library.of("libcusolver.so.11", "libcusolver.map", "cusolver.cpp", "blas.cpp"),
          Library.of("libcusolverMg.so.11", "libcusolverMg.map", "cusolver_mg.cpp"),
          Library.of(
              "libnvrtc.so.12", "libnvrtc.map", "nvrtc.cpp", "nvrtc_source.cpp", "compiler.cpp"),
          Library.of("libcudnn.so.9", "libcudnn.map", "cudnn.cpp", "convolution.cpp"));

  private final Path sources;
  private final Path target;

  private StandInBuild(Path sources, Path target) {
    this.sources = sources;
    this.target = target;
  }

  private record Library(String name, String versions, List<String> sources) {
    static Library of(String name, String versions, String... sources) {
      return new Library(name, versions, List.of(sources));
    }
  }

  /**
   * Builds what is not up to date, and makes a new control file.
   *
   * @param arguments the folder of the sources and the folder for the libraries
   */
  public static void main(String... arguments) {
    try {
      new StandInBuild(Path.of(arguments[0]), Path.of(arguments[1])).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while building the stand-in for CUDA", e);
    }
  }

  private void run() throws IOException, InterruptedException {
    Files.createDirectories(target);
    Optional<Path> compiler = compiler();
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64")) {
      skip("it is for Linux on x86-64, and this is " + system);
      return;
    }
    if (compiler.isEmpty()) {
      skip("there is neither c++ nor g++ on the path");
      return;
    }
    Files.deleteIfExists(target.resolve("SKIPPED"));
    String state = state();
    Path built = target.resolve("built");
    if (!Files.exists(built) || !Files.readString(built).equals(state)) {
      Files.deleteIfExists(built);
      for (Library library : LIBRARIES) {
        build(compiler.get(), library);
      }
      Files.writeString(built, state);
    }
    // A new one each time: what the tests of an earlier run have set is none of this one's.
    Files.write(target.resolve("control"), new byte[ControlBlock.BYTES]);
  }

  private void build(Path compiler, Library library) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(compiler.toString());
    command.addAll(FLAGS);
    command.add("-Wl,-soname," + library.name());
    command.add("-Wl,--version-script," + sources.resolve(library.versions()));
    for (String source : library.sources()) {
      command.add(sources.resolve(source).toString());
    }
    if (!library.name().equals(DRIVER)) {
      command.add(target.resolve(DRIVER).toString());
    }
    command.add("-ldl");
    command.add("-o");
    command.add(target.resolve(library.name()).toString());
    Path log = target.resolve("log");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException(
          "building " + library.name() + " failed:\n" + Files.readString(log));
    }
    // Another compiler may warn of something else: that is to be seen, and no reason to stop.
    if (Files.size(log) != 0) {
      System.out.println("[WARNING] " + library.name() + ":\n" + Files.readString(log));
    }
  }

  private void skip(String reason) throws IOException {
    for (Library library : LIBRARIES) {
      Files.deleteIfExists(target.resolve(library.name()));
    }
    Files.deleteIfExists(target.resolve("built"));
    Files.writeString(target.resolve("SKIPPED"), reason + "\n");
    System.out.println(
        "[WARNING] The stand-in for CUDA is not built: "
            + reason
            + ". Tests of the CUDA backend that need it are skipped.");
  }

  private static Optional<Path> compiler() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of("c++", "g++")
        .flatMap(
            name ->
                Stream.of(path.split(File.pathSeparator))
                    .filter(folder -> !folder.isEmpty())
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Hash of everything that the libraries are made from. */
  private String state() throws IOException {
    try (Stream<Path> files = Files.list(sources)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".md")) {
          continue;
        }
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      digest.update(FLAGS.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
