package dev.pleas.bench;

import dev.pleas.api.error.PleasException;
import dev.pleas.api.tensor.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Does one task as often as {@code compare.py} asks it to. Arguments: a choice of a provider as
 * {@link Task#create} takes it (for a merge that of a backend, and where a solver is chosen a plus
 * sign and that of the solver), then the case, for instance {@code forward resnet50 16}. Answers
 * each line of standard input with one line on standard output: {@code run} with the nanoseconds it
 * took, {@code result} with the last result's {@link Fingerprint}, {@code memory} with {@link
 * Task#peakBytes}. Ends with the input. {@code peers.py} does the same in Python.
 */
public final class Worker {
  private Worker() {}

  /** Runs the worker. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (args.length == 0) {
      throw new IllegalArgumentException("expected a provider's id, or auto, and a case");
    }
    try (Task<?> task = task(args[0], Arrays.copyOfRange(args, 1, args.length))) {
      out.println("ready\t" + task.implementation());
      answer(task, in, out);
    } catch (PleasException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static <R> void answer(Task<R> task, BufferedReader in, PrintStream out)
      throws IOException {
    R result = task.run();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case "run" -> {
          long start = System.nanoTime();
          result = task.run();
          out.println("ran\t" + (System.nanoTime() - start));
        }
        case "result" -> {
          Fingerprint found = task.fingerprint(result);
          out.println("result\t" + found.norm() + "\t" + found.dot());
        }
        case "memory" -> out.println("memory\t" + task.peakBytes());
        default ->
            throw new IllegalArgumentException("run, result or memory expected, found " + line);
      }
    }
  }

  private static Task<?> task(String provider, String[] words) {
    String name = String.join(" ", words);
    String kind = words.length == 0 ? "" : words[0];
    if (kind.equals("matcher") && words.length == 3) {
      MatcherTask.Kind values = MatcherTask.Kind.valueOf(words[1].toUpperCase(Locale.ROOT));
      return new MatcherTask(provider, values, Integer.parseInt(words[2]));
    } else if (kind.equals("solver") && words.length == 3) {
      return new SolverTask(provider, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    } else if (kind.equals("gram") && words.length == 4) {
      return new GramTask(
          provider,
          Shape.of(
              Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3])));
    } else if (kind.equals("forward") && words.length == 3) {
      return new ForwardTask(provider, NetworkShape.named(words[1]), Integer.parseInt(words[2]));
    } else if (kind.equals("merge") && words.length == 3) {
      int plus = provider.indexOf('+');
      return new MergeTask(
          plus < 0 ? provider : provider.substring(0, plus),
          plus < 0 ? "auto" : provider.substring(plus + 1),
          NetworkShape.named(words[1]),
          Integer.parseInt(words[2]));
    }
    throw new IllegalArgumentException(
        "no case \""
            + name
            + "\"; expected matcher (random|correlated) N, solver P Q, gram SAMPLES CHANNELS"
            + " POSITIONS, or forward|merge (resnet20|resnet18|resnet50|vit_tiny_28|vit_b_16) SAMPLES");
  }
}
