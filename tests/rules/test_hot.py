"""What makes a group of cases, how sudden it is, what it is called: worked out by hand."""

from feedback.rules import hot


def test_a_case_joins_the_group_it_is_most_like_on_average():
    groups = {7: [1, 2], 8: [3], 9: [4]}
    assert hot.group_of({1: 0.9, 2: 0.5, 3: 0.6, 4: 0.2}, groups) == 7  # 0.7 against 0.6 and 0.2
    assert hot.group_of({1: 0.4, 2: 0.5, 3: 0.49}, groups) is None
    assert hot.group_of({3: 0.8, 4: 0.8}, groups) == 8  # of equals the older group
    assert hot.group_of({}, groups) is None and hot.group_of({1: 1.0}, {}) is None


def test_only_the_first_members_speak_for_a_group():
    members = list(range(1, 12))
    assert hot.group_of({one: 1.0 if one <= hot.MEMBERS else 0.0 for one in members}, {5: members}) == 5


def test_a_burst_is_told_in_standard_deviations_of_what_was_before():
    assert hot.burst(9, 0) == 9.0
    assert hot.burst(12, 8) == 1.33  # 4 / 3
    assert hot.burst(3, 8) == -1.67


def test_the_commonest_words_hold_no_part_of_another():
    words = ["打桩", "夜里打桩", "打桩", "噪声", "夜", "噪声", "打桩"]
    assert hot.commonest(words) == ["打桩", "噪声"]
    assert hot.commonest(words, most=1) == ["打桩"] and hot.commonest([]) == []


def test_a_title_says_where_and_what():
    assert hot.title(place="东环大道", matter="夜间施工噪声", words=["打桩", "噪声"]) == "东环大道：夜间施工噪声（打桩）"
    assert hot.title(place="东环大道", matter="", words=["打桩", "停水"]) == "东环大道：打桩、停水"
    assert hot.title(place="", matter="停水", words=[]) == "停水"
    assert hot.title(place="东环大道", matter="", words=[]) == "东环大道"
    assert hot.title(place="", matter="", words=[]) == "相似诉求"
