package dev.pleas.cli.evaluation;

import dev.pleas.api.error.DataException;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images for a network whose classes have names. What the data's classes are called is, in
 * this order:
 *
 * <ol>
 *   <li>what the user says;
 *   <li>the data's own names (of folders, for instance), where the network knows one of them;
 *   <li>the network's names: class i of the data is class i of the network where both have as many,
 *       and otherwise, when one head is looked at, class i of the head.
 * </ol>
 *
 * <p>Images of classes that are not looked at are left out.
 *
 * @param data the images
 * @param names of the data's classes by label, as the user says, or null
 */
public record DataClasses(DataSpec data, @Nullable List<String> names) {
  private static final int SHOWN = 5;

  /**
   * Opens the images and labels them with indices of the network's classes, or of a head's.
   *
   * @param union the network's classes
   * @param head those of the head that is looked at, or null for all heads
   * @param notes is told of classes that the network does not know
   * @throws DataException if there are no labels, or it cannot be told which classes they are, or
   *     no image is of the wanted ones
   */
  public LabeledSamples open(
      List<String> union, @Nullable List<String> head, Consumer<String> notes) {
    LabeledSamples all = ImageData.open(data);
    Evaluator.requireLabels(all, data.path());
    List<String> called = called(all, union, head);
    List<String> unknown =
        called.stream().filter(name -> !union.contains(name)).distinct().toList();
    if (!unknown.isEmpty()) {
      notes.accept(
          data.path().getFileName()
              + ": images of classes that the network does not know are left out: "
              + shown(unknown));
    }
    List<String> wanted = head == null ? union : head;
    int[] kept =
        IntStream.range(0, called.size()).filter(i -> wanted.contains(called.get(i))).toArray();
    if (kept.length == 0) {
      throw new DataException(
          data.path()
              + ": no image is of a class that is looked at: the images show "
              + shown(called)
              + "; looked at are "
              + shown(wanted)
              + "; choose another head, or say what the data's classes are with --data-classes");
    }
    return new RelabeledSamples(
        kept.length == called.size() ? all : ImageData.open(selection(kept)),
        IntStream.of(kept).mapToObj(i -> wanted.indexOf(called.get(i))).toList(),
        wanted);
  }

  private List<String> called(LabeledSamples all, List<String> union, @Nullable List<String> head) {
    if (names != null) {
      return given(all, names);
    }
    List<String> own = all.classNames();
    if (own.stream().anyMatch(union::contains)) {
      return own;
    }
    int count = all.classes();
    List<Integer> chosen = data.classes();
    if (head == null && !chosen.isEmpty() && chosen.stream().allMatch(c -> c < union.size())) {
      return chosen.stream().map(union::get).toList();
    }
    boolean whole = chosen.isEmpty() && count == union.size();
    if (head != null && count <= head.size() && !(whole && head.size() < count)) {
      return head.subList(0, count);
    }
    if (whole) {
      return union;
    }
    throw new DataException(
        data.path()
            + ": it cannot be told which classes the images show: the data has "
            + count
            + " ("
            + shown(own)
            + "), the "
            + (head == null ? "network " + union.size() : "head " + head.size())
            + " ("
            + shown(head == null ? union : head)
            + "); name the data's classes, in the order of their labels, with --data-classes");
  }

  private List<String> given(LabeledSamples all, List<String> names) {
    boolean numbered =
        IntStream.range(0, all.classes())
            .allMatch(i -> all.classNames().get(i).equals(Integer.toString(original(i))));
    int needed = IntStream.range(0, all.classes()).map(this::original).max().orElse(-1) + 1;
    // Of data without names of its own, the largest labels may just not occur.
    boolean atLeast = numbered || !data.classes().isEmpty();
    if (names.size() < needed || (!atLeast && names.size() > needed)) {
      throw new DataException(
          data.path()
              + ": the data has "
              + needed
              + " classes ("
              + shown(all.classNames())
              + "), but --data-classes names "
              + names.size()
              + "; name them all, in the order of their labels");
    }
    return IntStream.range(0, all.classes()).mapToObj(i -> names.get(original(i))).toList();
  }

  /** The label in the data of a class after selection. */
  private int original(int index) {
    return data.classes().isEmpty() ? index : data.classes().get(index);
  }

  private DataSpec selection(int[] kept) {
    return new DataSpec(
        data.path(),
        data.labels(),
        IntStream.of(kept).map(this::original).boxed().toList(),
        data.limit(),
        data.preprocessing());
  }

  private static String shown(List<String> names) {
    return names.stream().limit(SHOWN).collect(Collectors.joining(", "))
        + (names.size() > SHOWN ? ", …" : "");
  }
}
