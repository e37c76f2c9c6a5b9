//! Icons, drawn as lines: the bundled fonts hold hardly any, and lines are sharp at every size.

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

/// One icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Home,
    Review,
    Compare,
    History,
    Alerts,
    Settings,
    Sync,
    Pause,
    Play,
    Ok,
    Wait,
    Fail,
    New,
    Work,
    Differs,
    Both,
    Right,
    Left,
    Add,
    Delete,
    Undo,
    Folder,
    Link,
    Skip,
    Save,
    Stop,
}

/// A stroke of an icon, on a field of 24 by 24.
enum Part {
    /// A line through these points.
    Line(&'static [(f32, f32)]),
    /// A circle: centre and radius.
    Circle(f32, f32, f32),
    /// A filled circle.
    Dot(f32, f32, f32),
    /// A part of a circle: centre, radius, and the angles in degrees, clockwise from the right.
    Arc(f32, f32, f32, f32, f32),
}

use Part::{Arc, Circle, Dot, Line};

impl Icon {
    const fn parts(self) -> &'static [Part] {
        match self {
            Self::Home => &[
                Line(&[(3.0, 11.0), (12.0, 3.5), (21.0, 11.0)]),
                Line(&[(5.5, 9.5), (5.5, 20.5), (18.5, 20.5), (18.5, 9.5)]),
                Line(&[(10.0, 20.0), (10.0, 14.0), (14.0, 14.0), (14.0, 20.0)]),
            ],
            Self::Review => &[
                Line(&[(4.0, 20.0), (5.0, 15.5), (16.5, 4.0), (20.0, 7.5), (8.5, 19.0), (4.0, 20.0)]),
                Line(&[(13.5, 7.0), (17.0, 10.5)]),
            ],
            Self::Compare => &[
                Line(&[(3.0, 4.5), (10.0, 4.5), (10.0, 19.5), (3.0, 19.5), (3.0, 4.5)]),
                Line(&[(14.0, 4.5), (21.0, 4.5), (21.0, 19.5), (14.0, 19.5), (14.0, 4.5)]),
            ],
            Self::History => &[Circle(12.0, 12.0, 9.0), Line(&[(12.0, 6.5), (12.0, 12.0), (16.0, 14.0)])],
            Self::Alerts => &[
                Line(&[
                    (4.5, 17.0),
                    (6.5, 14.0),
                    (6.5, 10.0),
                    (8.5, 6.0),
                    (12.0, 4.5),
                    (15.5, 6.0),
                    (17.5, 10.0),
                    (17.5, 14.0),
                    (19.5, 17.0),
                    (4.5, 17.0),
                ]),
                Line(&[(10.0, 20.5), (14.0, 20.5)]),
            ],
            Self::Settings => &[
                Line(&[(3.0, 6.0), (21.0, 6.0)]),
                Line(&[(3.0, 12.0), (21.0, 12.0)]),
                Line(&[(3.0, 18.0), (21.0, 18.0)]),
                Dot(8.5, 6.0, 2.6),
                Dot(15.5, 12.0, 2.6),
                Dot(9.5, 18.0, 2.6),
            ],
            Self::Sync => &[
                Arc(12.0, 12.0, 8.0, 200.0, 335.0),
                Arc(12.0, 12.0, 8.0, 20.0, 155.0),
                Line(&[(20.5, 4.0), (19.5, 9.0), (14.5, 8.0)]),
                Line(&[(3.5, 20.0), (4.5, 15.0), (9.5, 16.0)]),
            ],
            Self::Pause => &[Line(&[(8.0, 5.0), (8.0, 19.0)]), Line(&[(16.0, 5.0), (16.0, 19.0)])],
            Self::Play => &[Line(&[(7.0, 4.5), (19.0, 12.0), (7.0, 19.5), (7.0, 4.5)])],
            Self::Ok => &[Line(&[(4.0, 12.5), (9.5, 18.0), (20.0, 6.5)])],
            Self::Wait => &[Circle(12.0, 12.0, 9.5), Line(&[(12.0, 6.5), (12.0, 13.0)]), Dot(12.0, 16.8, 1.3)],
            Self::Fail => &[Line(&[(6.0, 6.0), (18.0, 18.0)]), Line(&[(18.0, 6.0), (6.0, 18.0)])],
            Self::New => &[Line(&[
                (12.0, 2.5),
                (14.2, 9.8),
                (21.5, 12.0),
                (14.2, 14.2),
                (12.0, 21.5),
                (9.8, 14.2),
                (2.5, 12.0),
                (9.8, 9.8),
                (12.0, 2.5),
            ])],
            Self::Work => &[Dot(5.0, 12.0, 2.2), Dot(12.0, 12.0, 2.2), Dot(19.0, 12.0, 2.2)],
            Self::Differs => &[
                Line(&[(4.5, 9.0), (19.5, 9.0)]),
                Line(&[(4.5, 15.0), (19.5, 15.0)]),
                Line(&[(16.0, 4.0), (8.0, 20.0)]),
            ],
            Self::Both => &[
                Line(&[(3.0, 12.0), (21.0, 12.0)]),
                Line(&[(7.5, 7.5), (3.0, 12.0), (7.5, 16.5)]),
                Line(&[(16.5, 7.5), (21.0, 12.0), (16.5, 16.5)]),
            ],
            Self::Right => &[Line(&[(3.5, 12.0), (20.5, 12.0)]), Line(&[(14.5, 6.0), (20.5, 12.0), (14.5, 18.0)])],
            Self::Left => &[Line(&[(20.5, 12.0), (3.5, 12.0)]), Line(&[(9.5, 6.0), (3.5, 12.0), (9.5, 18.0)])],
            Self::Add => &[Line(&[(12.0, 4.5), (12.0, 19.5)]), Line(&[(4.5, 12.0), (19.5, 12.0)])],
            Self::Delete => &[
                Line(&[(3.5, 6.5), (20.5, 6.5)]),
                Line(&[(6.0, 6.5), (7.0, 20.5), (17.0, 20.5), (18.0, 6.5)]),
                Line(&[(9.0, 6.0), (9.0, 3.5), (15.0, 3.5), (15.0, 6.0)]),
            ],
            Self::Undo => &[
                Line(&[(8.0, 4.5), (3.5, 9.0), (8.0, 13.5)]),
                Line(&[(3.5, 9.0), (14.5, 9.0)]),
                Arc(14.5, 14.0, 5.0, -90.0, 90.0),
                Line(&[(14.5, 19.0), (8.0, 19.0)]),
            ],
            Self::Folder => {
                &[Line(&[(3.0, 5.5), (9.0, 5.5), (11.0, 8.0), (21.0, 8.0), (21.0, 19.0), (3.0, 19.0), (3.0, 5.5)])]
            }
            Self::Link => &[Circle(8.0, 12.0, 5.0), Circle(16.0, 12.0, 5.0)],
            Self::Skip => {
                &[Line(&[(5.0, 5.0), (15.0, 12.0), (5.0, 19.0), (5.0, 5.0)]), Line(&[(19.0, 5.0), (19.0, 19.0)])]
            }
            Self::Save => &[
                Line(&[(12.0, 3.0), (12.0, 15.0)]),
                Line(&[(6.5, 10.0), (12.0, 15.5), (17.5, 10.0)]),
                Line(&[(4.0, 20.5), (20.0, 20.5)]),
            ],
            Self::Stop => &[Line(&[(6.0, 6.0), (18.0, 6.0), (18.0, 18.0), (6.0, 18.0), (6.0, 6.0)])],
        }
    }

    /// Draws it into a square.
    pub(crate) fn paint(self, painter: &Painter, square: Rect, colour: Color32) {
        let scale = square.width().min(square.height()) / 24.0;
        let at = |x: f32, y: f32| pos2(square.left() + x * scale, square.top() + y * scale);
        let stroke = Stroke::new((2.1 * scale).max(1.3), colour);
        for part in self.parts() {
            match part {
                Line(points) => {
                    let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
                    painter.add(Shape::line(points, stroke));
                }
                Circle(x, y, radius) => {
                    painter.circle_stroke(at(*x, *y), radius * scale, stroke);
                }
                Dot(x, y, radius) => {
                    painter.circle_filled(at(*x, *y), radius * scale, colour);
                }
                Arc(x, y, radius, from, to) => {
                    let points: Vec<Pos2> = (0..=16_u8)
                        .map(|step| {
                            let angle = (from + (to - from) * f32::from(step) / 16.0).to_radians();
                            at(x + radius * angle.cos(), y + radius * angle.sin())
                        })
                        .collect();
                    painter.add(Shape::line(points, stroke));
                }
            }
        }
    }
}
