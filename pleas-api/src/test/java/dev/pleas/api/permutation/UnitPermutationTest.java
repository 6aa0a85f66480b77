package dev.pleas.api.permutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class UnitPermutationTest {
  private static final Permutation SWAP = Permutation.of(1, 0);

  private static Component component(String parameter, int width) {
    return new Component(width, new TreeSet<>(List.of(new Axis(parameter, 0))), List.of(parameter));
  }

  private static Group group(int size, int... widths) {
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      components.add(component("w" + i, widths[i]));
    }
    return new Group("heads", size, components);
  }

  @Example
  void inside_twoUnitsOfThree_isWrittenOut() {
    // Unit 0 is what was unit 1, indices 3 to 5, in the order 2, 0, 1; unit 1 is unit 0, reversed.
    Permutation inside =
        UnitPermutation.inside(SWAP, List.of(Permutation.of(2, 0, 1), Permutation.of(2, 1, 0)));

    assertThat(inside).isEqualTo(Permutation.of(5, 3, 4, 2, 1, 0));
    UnitPermutation whole = new UnitPermutation(SWAP, List.of(inside, SWAP));
    // Index 0 of the inverse is where 0 went to, and so on.
    assertThat(whole.inverse().components())
        .containsExactly(Permutation.of(5, 4, 3, 1, 2, 0), SWAP);
    assertThat(whole.inverse().units()).isEqualTo(SWAP);
    assertThat(whole.isIdentity()).isFalse();
  }

  @Example
  void inside_ofNoUnits_isEmpty() {
    assertThat(UnitPermutation.inside(Permutation.of(), List.of())).isEqualTo(Permutation.of());
  }

  @Example
  void inside_notOneForEachUnit_isRefused() {
    Permutation two = Permutation.identity(2);
    String start = "inside 2 units: expected as many permutations of one width, found ";
    for (List<Permutation> wrong :
        List.of(
            List.of(two),
            List.of(two, two, two),
            List.of(two, Permutation.identity(3)),
            List.of(Permutation.identity(3), two),
            List.<Permutation>of())) {
      assertThatThrownBy(() -> UnitPermutation.inside(SWAP, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(start + wrong);
    }
  }

  @Example
  void of_units_isTheirPermutationAlone() {
    UnitPermutation p = UnitPermutation.of(SWAP);

    assertThat(p.units()).isEqualTo(SWAP);
    assertThat(p.components()).containsExactly(SWAP);
  }

  @Example
  void new_componentThatDoesNotFollowTheUnits_isRefused() {
    assertRefused("3 indices are no whole number for each of 2", SWAP, Permutation.identity(3));
    assertRefused(
        "2 indices are no whole number for each of 0", Permutation.of(), Permutation.identity(2));
    assertRefused("index 0 goes with 0, of another unit", SWAP, Permutation.identity(2));
    // The units stay, but index 1 of unit 0 comes from unit 1.
    assertRefused(
        "index 1 goes with 2, of another unit",
        Permutation.identity(2),
        Permutation.of(0, 2, 1, 3));
  }

  private static void assertRefused(String message, Permutation units, Permutation component) {
    assertThatThrownBy(() -> new UnitPermutation(units, List.of(component)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Example
  void new_list_isCopied() {
    List<Permutation> components = new ArrayList<>(List.of(SWAP));
    UnitPermutation p = new UnitPermutation(SWAP, components);
    components.clear();

    assertThat(p.components()).hasSize(1);
  }

  @Property(tries = 200)
  void random_movesUnitsAndWhatIsInsideEach(
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll @IntRange(min = 2, max = 4) int width,
      @ForAll long seed) {
    Group group = group(size, width, 1, 3);
    UnitPermutation p = UnitPermutation.random(group, new SplittableRandom(seed));

    assertThat(p.units().size()).isEqualTo(size);
    assertThat(p.units().isIdentity()).isEqualTo(size == 1);
    assertThat(p.components())
        .extracting(Permutation::size)
        .containsExactly(size * width, size, size * 3);
    assertThat(p.components().get(1)).isEqualTo(p.units());
    for (int c : new int[] {0, 2}) {
      int wide = group.components().get(c).width();
      for (int unit = 0; unit < size; unit++) {
        assertThat(within(p.components().get(c), unit, wide).isIdentity()).isFalse();
      }
    }
  }

  /** The order of the indices inside a unit. */
  private static Permutation within(Permutation component, int unit, int width) {
    int[] map = new int[width];
    for (int i = 0; i < width; i++) {
      map[i] = component.get(unit * width + i) % width;
    }
    return Permutation.of(map);
  }

  @Property(tries = 200)
  void inverse_undoesUnitsAndComponents(@ForAll long seed) {
    UnitPermutation p = UnitPermutation.random(group(4, 3, 2), new SplittableRandom(seed));
    UnitPermutation inverse = p.inverse();

    assertThat(p.units().then(inverse.units()).isIdentity()).isTrue();
    for (int c = 0; c < 2; c++) {
      assertThat(p.components().get(c).then(inverse.components().get(c)).isIdentity()).isTrue();
    }
    assertThat(inverse.inverse()).isEqualTo(p);
  }

  @Example
  void identity_ofAGroup_movesNothing() {
    UnitPermutation p = UnitPermutation.identity(group(3, 2, 1));

    assertThat(p.isIdentity()).isTrue();
    assertThat(p.components()).containsExactly(Permutation.identity(6), Permutation.identity(3));
    // One unit may have something that moves inside it.
    assertThat(new UnitPermutation(Permutation.identity(1), List.of(SWAP)).isIdentity()).isFalse();
  }
}
