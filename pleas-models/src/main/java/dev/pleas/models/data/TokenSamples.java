package dev.pleas.models.data;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Texts as ids of words, all of one length, in memory. */
final class TokenSamples implements LabeledSamples {
  private static final String IDS = "input_ids";
  private static final String LABELS = "labels";

  private final float[] ids;
  private final int length;
  private final int[] labels;
  private final List<String> classNames;

  /**
   * @param labels one per text, or empty
   */
  private TokenSamples(float[] ids, int length, int[] labels, List<String> classNames) {
    this.ids = ids;
    this.length = length;
    this.labels = labels;
    this.classNames = List.copyOf(classNames);
  }

  /** Returns whether a path is that of such a file. */
  static boolean isTexts(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".safetensors") && Files.isRegularFile(path);
  }

  /**
   * Reads a file.
   *
   * @throws DataException if it has no texts, or none of the classes that are asked for
   */
  static TokenSamples open(DataSpec spec) {
    Path path = spec.path();
    refusePixels(spec);
    try (Checkpoint file = new SafetensorsProvider().create().open(path)) {
      float[] ids = whole(path, file, IDS, 2);
      @Nullable TensorInfo info = file.tensors().get(IDS);
      int length = Objects.requireNonNull(info).shape().dim(1);
      boolean labeled = file.tensors().containsKey(LABELS);
      int[] labels = labeled ? ints(whole(path, file, LABELS, 1)) : new int[0];
      int count = info.shape().dim(0);
      if (labeled && labels.length != count) {
        throw new DataException(
            path + ": " + LABELS + ": expected " + count + ", found " + labels.length);
      }
      return selected(spec, new TokenSamples(ids, length, labels, numbered(labels)), count);
    } catch (CheckpointException e) {
      throw new DataException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What is done to images is not done to texts. */
  private static void refusePixels(DataSpec spec) {
    Preprocessing done = spec.preprocessing();
    boolean plain =
        done.mean().stream().allMatch(mean -> mean == 0)
            && done.std().stream().allMatch(std -> std == 1);
    if (!plain || done.resize() != 0 || done.crop() != 0 || done.channels() != 0) {
      throw new DataException(
          spec.path()
              + ": these are texts, which have no mean, standard deviation, size or colour channels"
              + " to be set; leave them out");
    }
  }

  private static float[] whole(Path path, Checkpoint file, String name, int rank) {
    @Nullable TensorInfo info = file.tensors().get(name);
    boolean fits =
        info != null
            && info.shape().rank() == rank
            && !info.dtype().isFloating()
            && info.shape().elements() > 0;
    if (!fits) {
      throw new DataException(
          path
              + ": expected texts, whole numbers "
              + name
              + (rank == 2 ? " [texts, words]" : " [texts]")
              + ", found "
              + (info == null
                  ? "the tensors " + file.tensors().keySet()
                  : info.dtype() + " " + info.shape()));
    }
    float[] values = file.read(name).values();
    for (float value : values) {
      if (value < 0 || value > 1 << 24) {
        throw new DataException(
            path + ": " + name + ": expected numbers from 0 to 2^24, found " + (long) value);
      }
    }
    return values;
  }

  private static int[] ints(float[] values) {
    return IntStream.range(0, values.length).map(i -> (int) values[i]).toArray();
  }

  private static List<String> numbered(int[] labels) {
    return InMemoryImages.numbered(Arrays.stream(labels).max().orElse(-1) + 1);
  }

  private static TokenSamples selected(DataSpec spec, TokenSamples all, int count) {
    List<Integer> classes = spec.classes();
    if (classes.isEmpty() && (spec.limit() == 0 || spec.limit() >= count)) {
      return all;
    }
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < count && (spec.limit() == 0 || kept.size() < spec.limit()); i++) {
      if (classes.isEmpty() || (all.labeled() && classes.contains(all.labels[i]))) {
        kept.add(i);
      }
    }
    if (kept.isEmpty()) {
      throw new DataException("no texts of classes " + classes + " in " + spec.path());
    }
    float[] ids = new float[kept.size() * all.length];
    int[] labels = new int[all.labeled() ? kept.size() : 0];
    for (int i = 0; i < kept.size(); i++) {
      System.arraycopy(all.ids, kept.get(i) * all.length, ids, i * all.length, all.length);
      if (all.labeled()) {
        int label = all.labels[kept.get(i)];
        labels[i] = classes.isEmpty() ? label : classes.indexOf(label);
      }
    }
    List<String> names =
        classes.isEmpty() ? all.classNames : classes.stream().map(String::valueOf).toList();
    return new TokenSamples(ids, all.length, labels, all.labeled() ? names : List.of());
  }

  @Override
  public int count() {
    return ids.length / length;
  }

  @Override
  public Shape shape() {
    return Shape.of(length);
  }

  @Override
  public HostTensor read(int from, int to) {
    Objects.checkFromToIndex(from, to, count());
    float[] values = Arrays.copyOfRange(ids, from * length, to * length);
    return HostTensor.wrap(Shape.of(to - from, length), values);
  }

  @Override
  public boolean labeled() {
    return labels.length > 0;
  }

  @Override
  public int label(int index) {
    Objects.checkIndex(index, count());
    if (!labeled()) {
      throw new IllegalStateException("the texts have no labels");
    }
    return labels[index];
  }

  @Override
  public int classes() {
    return classNames.size();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
